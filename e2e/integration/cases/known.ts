/** Cases that Snapkeel gets wrong today, as `name on generation`, and what is wrong. It is to be empty. */
export const knownToDisagree: Readonly<Record<string, string>> = {
  'number-names on host': 'a name of digits is offered for an internal snapshot',
  'number-names-running on 12.8': 'the same',
  'quoted-name on host': 'a name that the monitor of QEMU reads otherwise is offered',
  'left-out-disk on 11.3': 'the merge of the disk that was left out is not told',
  'medium-overlaid on 11.3': 'a deletion that fails for an ejected medium is offered',
  'delete-in-progress on 11.3': 'libvirt’s record of a broken-off deletion is not read by deletion and health',
  'creation-time on host': 'a time out of bounds is shown',
  'paused-merge on host': 'a merge that fails while the guest is paused is offered',
  'delete-children-off on 11.3': 'children are deleted with one call, and the daemon dies',
  'delete-with-children on 12.8': 'the same',
  'delete-off-chain-leaf on 12.8': 'a deletion that libvirt carries out is refused',
};
