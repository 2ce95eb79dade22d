import { isUnencrypted } from '../../shared/libvirt-uri.ts';
import { Cautions } from '../ui/cautions.tsx';

const caution = { text: 'This connection is not encrypted: anyone on the way can read and change it.' };

/** Says so where a connection URI, which may still be being typed, is of plain TCP. */
export function Unencrypted({ uri }: { uri: string }) {
  return isUnencrypted(uri) ? <Cautions of={[caution]} /> : null;
}
