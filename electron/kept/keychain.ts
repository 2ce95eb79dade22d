import { z } from 'zod';
import type { SecretStore } from '../hosts/secrets.ts';
import { JsonFile, type Tell } from './json-file.ts';

/** Encrypts with a key that the system keeps for this user. @throws Error when the keychain is locked or gone */
export interface Cipher {
  encrypt(text: string): Buffer;
  decrypt(bytes: Buffer): string;
}

const File = z.object({ version: z.literal(1), secrets: z.record(z.string(), z.base64()) });

/** Secrets that a person wants to be remembered, in `secrets.json`: never in clear, and of no use on another machine. */
export class Keychain implements SecretStore {
  readonly kind = 'keychain';

  private constructor(
    private readonly file: JsonFile<z.infer<typeof File>>,
    private readonly cipher: Cipher,
    private readonly log: (line: string) => void,
  ) {}

  static async open(path: string, cipher: Cipher, log: (line: string) => void, tell?: Tell): Promise<Keychain> {
    const holds = 'the remembered passwords and passphrases';
    const empty = { version: 1, secrets: {} } as const;
    return new Keychain(await JsonFile.open({ path, schema: File, empty, holds, log, tell }), cipher, log);
  }

  get(name: string): string | undefined {
    const { secrets } = this.file.value;
    const kept = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    if (kept === undefined) return undefined;
    try {
      return this.cipher.decrypt(Buffer.from(kept, 'base64'));
    } catch (error) {
      this.log(`the secret for ${name} cannot be decrypted: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  /** @throws Error of the keychain; ProblemError as `JsonFile.change` */
  async set(name: string, secret: string): Promise<void> {
    const encrypted = this.cipher.encrypt(secret).toString('base64');
    await this.file.change(({ version, secrets }) => ({ version, secrets: { ...secrets, [name]: encrypted } }));
  }

  get count(): number {
    return Object.keys(this.file.value.secrets).length;
  }

  /** @throws ProblemError as `JsonFile.change` */
  async forgetAll(): Promise<void> {
    await this.file.change(({ version }) => ({ version, secrets: {} }));
  }

  /** @throws ProblemError as `JsonFile.change` */
  async forget(name: string): Promise<void> {
    await this.file.change(({ version, secrets }) => {
      const { [name]: _, ...rest } = secrets;
      return { version, secrets: rest };
    });
  }
}
