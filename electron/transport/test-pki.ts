import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why no certificates can be made here, or undefined. */
export function opensslProblem(): string | undefined {
  try {
    execFileSync('openssl', ['x509', '-help'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'openssl is not installed';
  }
}

export interface CertificateOptions {
  readonly use: 'server' | 'client';
  readonly subject?: string;
  /** As openssl writes them: 'DNS:kvm-a,IP:127.0.0.1'. */
  readonly names?: string;
  /** Until it expires; -1 is expired. */
  readonly days?: number;
}

/** A certificate and its key, as PEM files. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of the tests, which writes what it makes into one folder. */
export class TestCa {
  readonly cert: string;
  readonly #key: string;
  readonly #folder: string;

  /** @param parent who signs its certificate; else it does so itself */
  constructor(
    folder: string,
    { name = 'Test CA', parent, days = 30 }: { name?: string; parent?: TestCa; days?: number } = {},
  ) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.cert = join(folder, 'cacert.pem');
    this.#key = join(folder, 'cakey.pem');
    makeKey(this.#key);
    const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
    sign(this.cert, this.#key, `/CN=${name}`, extensions, days, parent ?? this);
  }

  /** Writes `${use}cert.pem` and `${use}key.pem` into a folder, its own unless another is named. */
  issue({ use, subject = `/CN=${use}`, names, days = 30 }: CertificateOptions, folder = this.#folder): Issued {
    mkdirSync(folder, { recursive: true });
    const issued = { cert: join(folder, `${use}cert.pem`), key: join(folder, `${use}key.pem`) };
    makeKey(issued.key);
    const extensions = [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature,keyEncipherment',
      `extendedKeyUsage=${use}Auth`,
      ...(names === undefined ? [] : [`subjectAltName=${names}`]),
    ];
    sign(issued.cert, issued.key, subject, extensions, days, this);
    return issued;
  }

  /** Writes `cacrl.pem`, which revokes these certificates. */
  revoke(certificates: readonly string[]): string {
    const named = (name: string) => join(this.#folder, name);
    const rows = certificates.map((path) => {
      const { serialNumber } = new X509Certificate(readFileSync(path));
      return `R\t991231235959Z\t200101000000Z\t${serialNumber}\tunknown\t/CN=x\n`;
    });
    writeFileSync(named('index.txt'), rows.join(''));
    writeFileSync(
      named('crl.cnf'),
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${named('index.txt')}\ndefault_md=sha256\ndefault_crl_days=30\n`,
    );
    const list = named('cacrl.pem');
    openssl('ca', '-gencrl', '-config', named('crl.cnf'), '-keyfile', this.#key, '-cert', this.cert, '-out', list);
    return list;
  }

  get signer(): readonly string[] {
    return ['-CA', this.cert, '-CAkey', this.#key];
  }
}

function makeKey(path: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }));
}

function sign(cert: string, key: string, subject: string, extensions: readonly string[], days: number, by: TestCa) {
  writeFileSync(`${cert}.ext`, `${extensions.join('\n')}\n`);
  const signer = by.cert === cert ? ['-key', key] : ['-force_pubkey', `${key}.pub`, ...by.signer];
  openssl('x509', '-new', '-subj', subject, ...signer, '-days', `${days}`, '-extfile', `${cert}.ext`, '-out', cert);
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
