/** Every error of the API, as problem details (RFC 9457): what was wrong, with which value, and what to do. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.title = title;
  }

  body(): object {
    return { type: 'about:blank', status: this.status, title: this.title, detail: this.message };
  }
}

export const badRequest = (detail: string): Problem => new Problem(400, 'Not understood', detail);
export const notFound = (detail: string): Problem => new Problem(404, 'Not found', detail);
export const conflict = (detail: string): Problem => new Problem(409, 'Conflict', detail);
export const unprocessable = (detail: string): Problem => new Problem(422, 'Not acceptable', detail);
