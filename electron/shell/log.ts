/** One line on standard error. Control characters are shown, not obeyed: names and messages come from outside. */
export function logLine(line: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  const safe = line.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, (char) => JSON.stringify(char).slice(1, -1));
  process.stderr.write(`${new Date().toISOString()} ${safe}\n`);
}
