/** What must not be written down, wherever it comes from. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/(token[=.])[\w-]{16,}/g, '$1…'],
  [/(\b(?:passwd|password|passphrase|secret)\b\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)/gi, '$1…'],
  [/(\w:\/\/[^/\s:@]+):[^/\s@]+@/g, '$1:…@'],
];

/** The same text with what looks like a token or a password taken out. */
export function withoutSecrets(text: string): string {
  return secrets.reduce((safe, [pattern, instead]) => safe.replace(pattern, instead), text);
}
