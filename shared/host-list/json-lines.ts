/**
 * The line, from 1, on which each element of a list begins; the list is what the object that the text is has under this
 * name, the last one where the name comes twice.
 * @param text JSON, as JSON.parse takes it
 */
export function linesOfElements(text: string, name: string): number[] {
  let lines: number[] = [];
  let line = 1;
  let depth = 0;
  let inList = false;
  /** An element begins with what comes next. */
  let due = false;
  let word = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '\n') line++;
    if (/\s/.test(char)) continue;
    if (due && char !== ']') lines.push(line);
    due = false;
    if (char === '"') {
      const end = endOfString(text, at);
      if (depth === 1) word = text.slice(at, end + 1);
      at = end;
    } else if (char === '{' || char === '[') {
      depth++;
      if (depth !== 2) continue;
      inList = char === '[' && readWord(word) === name;
      if (inList) lines = [];
      due = inList;
    } else if (char === '}' || char === ']') {
      depth--;
      if (depth === 1) inList = false;
    } else if (char === ',') due = inList && depth === 2;
  }
  return lines;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function readWord(word: string): unknown {
  return word === '' ? null : JSON.parse(word);
}
