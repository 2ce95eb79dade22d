import { Settings } from '../../shared/schema.ts';
import type { Hub } from './hub.ts';
import { JsonFile } from './json-file.ts';

export const defaultSettings: Settings = {
  safetySnapshotsKept: 3,
  safetyNamePattern: 'before-revert-{date}-{time}',
  labParallelPerHost: 4,
};

/** The person's choices, in `settings.json`. */
export class SettingsStore {
  private constructor(
    private readonly file: JsonFile<Settings>,
    private readonly hub: Hub,
  ) {}

  static async open(path: string, hub: Hub, log: (line: string) => void): Promise<SettingsStore> {
    return new SettingsStore(await JsonFile.open(path, Settings, defaultSettings, log), hub);
  }

  get(): Settings {
    return this.file.value;
  }

  async set(change: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const settings: Settings = { ...this.file.value, ...given };
    await this.file.set(settings);
    this.hub.publish({ type: 'settings', settings });
    return settings;
  }
}
