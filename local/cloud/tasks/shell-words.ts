/** Reads a command line into words as a POSIX shell does with quotes and backslashes. It expands nothing: the shell itself does that, later. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === "'") {
      const end = closing(text, index, "'");
      word = (word ?? '') + text.slice(index + 1, end);
      index = end;
    } else if (character === '"') {
      const end = closing(text, index, '"');
      word = (word ?? '') + text.slice(index + 1, end).replaceAll(/\\(["\\$`])/g, '$1');
      index = end;
    } else if (character === '\\') {
      index++;
      if (text.charAt(index) !== '\n') word = (word ?? '') + text.charAt(index);
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** Where the quote that opens at `start` ends; the end of the text when it does not. */
function closing(text: string, start: number, quote: string): number {
  for (let index = start + 1; index < text.length; index++) {
    if (quote === '"' && text.charAt(index) === '\\') index++;
    else if (text.charAt(index) === quote) return index;
  }
  return text.length;
}
