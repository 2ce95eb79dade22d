/** An internal snapshot as an image's own table has it; QEMU calls its name the tag. */
export interface ImageTag {
  /** A number in decimal digits, which QEMU gives: the one after the highest that there is. */
  readonly id: string;
  readonly name: string;
  /** Of the guest's memory, which QEMU writes to one of the domain's images only; 0 without. Bytes. */
  readonly vmStateBytes: number;
  /** When it was taken, seconds since 1970. */
  readonly dateSec: number;
  /** Of the disk as the guest saw it then; null where the image does not say. Bytes. */
  readonly diskBytes: number | null;
}
