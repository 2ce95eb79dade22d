import { safeStorage } from 'electron';
import type { Cipher } from '../kept/keychain.ts';

/**
 * The keychain of the system, after `ready`; undefined where there is none. On Linux without one Electron would encrypt
 * with a key that everybody knows (`basic_text`).
 */
export function keychain(): Cipher | undefined {
  if (!safeStorage.isEncryptionAvailable()) return undefined;
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return undefined;
  return {
    encrypt: (text) => safeStorage.encryptString(text),
    decrypt: (bytes) => safeStorage.decryptString(bytes),
  };
}
