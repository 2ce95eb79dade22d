/** Cases that Snapkeel gets wrong today, as `name on generation`, and what is wrong. It is to be empty. */
export const knownToDisagree: Readonly<Record<string, string>> = {};
