import { browserId, desktopId, manifest } from './project.ts';

interface Component {
  readonly id: string;
  readonly name: string;
  readonly binary: string;
  readonly about: string;
  readonly mediaType: string | undefined;
}

/** The two programs that are packaged. */
export const components = {
  desktop: {
    id: desktopId,
    name: 'Snapkeel',
    binary: 'snapkeel',
    about: 'It shows its window by itself.',
    mediaType: 'application/x-snapkeel',
  },
  browser: {
    id: browserId,
    name: 'Snapkeel (browser)',
    binary: 'snapkeel-browser',
    about: 'This variant shows its window in a browser that is already on the computer.',
    mediaType: undefined,
  },
} as const satisfies Record<string, Component>;

/**
 * What software centres show, in AppStream's form.
 * @param date of this version, in seconds
 */
export function metainfo({ id, name, binary, about, mediaType }: Component, date: number): string {
  const day = new Date(date * 1000).toISOString().slice(0, 10);
  return `<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>${id}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>${manifest.license}</project_license>
  <name>${name}</name>
  <summary>Manage snapshots of libvirt domains</summary>
  <description>
    <p>
      Snapkeel takes, shows, reverts to and deletes the snapshots of KVM and QEMU virtual machines, on this computer and
      on hosts reached over SSH. ${about}
    </p>
    <p>Before a revert it asks libvirt, and says in plain words:</p>
    <ul>
      <li>what the revert will destroy</li>
      <li>what state the virtual machine will be in</li>
      <li>whether force is needed, and why</li>
    </ul>
    <p>Afterwards it looks at what came of it. A simulated host is always there to try things on.</p>
  </description>
  <developer id="org.snapkeel">
    <name>The Snapkeel authors</name>
  </developer>
  <developer_name>The Snapkeel authors</developer_name>
  <url type="homepage">${manifest.homepage}</url>
  <launchable type="desktop-id">${id}.desktop</launchable>
  <categories>
    <category>System</category>
  </categories>
  <keywords>
    <keyword>libvirt</keyword>
    <keyword>KVM</keyword>
    <keyword>QEMU</keyword>
    <keyword>snapshot</keyword>
  </keywords>
  <provides>
    <binary>${binary}</binary>${mediaType ? `\n    <mediatype>${mediaType}</mediatype>` : ''}
  </provides>
  <content_rating type="oars-1.1" />
  <releases>
    <release version="${manifest.version}" date="${day}" />
  </releases>
</component>
`;
}
