/** A piece of XML text; `plain` holds whatever is of no other kind. */
export interface XmlToken {
  kind: 'tag' | 'attribute' | 'value' | 'comment' | 'plain';
  text: string;
}

const outside = /<!--[\s\S]*?(?:-->|$)|<[/?!]?[\w:.-]*|[^<]+|</gy;
const inside = /\s+|[\w:.-]+|=|"[^"]*"?|'[^']*'?|[/?]?>|[^\s]/gy;

/** Cuts XML into pieces to colour. Every character is in exactly one of them, also where the XML is broken. */
export function xmlTokens(xml: string): XmlToken[] {
  const tokens: XmlToken[] = [];
  const add = (kind: XmlToken['kind'], text: string) => {
    const last = tokens.at(-1);
    if (last?.kind === kind) last.text += text;
    else tokens.push({ kind, text });
  };
  let inTag = false;
  let at = 0;
  while (at < xml.length) {
    const pattern = inTag ? inside : outside;
    pattern.lastIndex = at;
    const text = pattern.exec(xml)?.[0] ?? xml.slice(at);
    at += text.length;
    if (inTag) {
      add(insideKind(text), text);
      if (text.endsWith('>') && !/^["']/.test(text)) inTag = false;
    } else if (text.startsWith('<!--')) add('comment', text);
    else if (text.startsWith('<')) {
      add('tag', text);
      inTag = true;
    } else add('plain', text);
  }
  return tokens;
}

function insideKind(text: string): XmlToken['kind'] {
  if (/^["']/.test(text)) return 'value';
  if (/>$/.test(text)) return 'tag';
  return /^[\w:.-]/.test(text) ? 'attribute' : 'plain';
}
