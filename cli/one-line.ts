/** What others wrote, as part of one line: it neither begins a line of its own, which might look like one of ours, nor moves a cursor. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
