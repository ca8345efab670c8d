/**
 * Asks for a blob whose address is its own permission: where the files of a run go, and where its log is.
 *
 * Nothing that the SDK says about it is repeated, neither as message nor as cause: it may quote the address, and that is a credential.
 */
import { ServiceTrouble, type Question } from './errors.ts';

export async function askSignedBlob<T>(question: Question, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
    const status = typeof statusCode === 'number' ? statusCode : undefined;
    const problem = [status, typeof code === 'string' ? code : undefined].filter(Boolean).join(' ') || 'no answer';
    throw new ServiceTrouble(question, { problem, ...(status === undefined ? {} : { status }) });
  }
}
