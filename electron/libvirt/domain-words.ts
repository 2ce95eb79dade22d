import { type DomainWords, domainWordLimits } from '../../shared/schema.ts';
import type { XmlElement } from './xml.ts';

/** What a `<domain>` says of itself for people: a `<title>` of one line and a `<description>`, either of which may be empty. */
export function parseDomainWords(domain: XmlElement): DomainWords {
  return {
    title: bounded(domain.at('title')?.text.replaceAll(/\s+/g, ' '), domainWordLimits.title),
    description: bounded(domain.at('description')?.text, domainWordLimits.description),
  };
}

/** libvirt takes texts of megabytes. What is cut off is told by an ellipsis. */
function bounded(text: string | undefined, most: number): string {
  const whole = text?.trim() ?? '';
  return whole.length <= most ? whole : `${[...whole.slice(0, most)].slice(0, -1).join('').trimEnd()}…`;
}
