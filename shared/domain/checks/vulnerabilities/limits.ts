/** How much of a scan is taken, so that what is hostile or broken costs no more than this. */

/** What a scanner may print; with more it is stopped. */
export const MOST_REPORT_BYTES = 32 * 1024 * 1024;
/** Of one report, as gzip makes it: two of them in base64 stay below what is read of a log (`shared/azure/limits.ts`). */
export const MOST_PACKED_BYTES = 2 * 1024 * 1024;
/** Of what a scanner says on its standard error. */
export const MOST_WORDS_BYTES = 64 * 1024;
/** Of the file that says how old the database is. */
export const MOST_DATED_BYTES = 64 * 1024;
