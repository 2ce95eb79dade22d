/**
 * `not-qcow2`: the bytes are of another format, or of a version of it that is not known.
 * `corrupt`: QEMU has marked the image as corrupt.
 * `dirty`: the refcounts are behind what the image holds, as QEMU leaves them with lazy refcounts until it closes it.
 * `unsupported`: sound, but of a kind that is not read here.
 * `too-much`: more would have to be read than may be.
 * `damaged`: they say what no sound image does, or end in the middle.
 */
export type Qcow2Fault = 'not-qcow2' | 'corrupt' | 'dirty' | 'unsupported' | 'too-much' | 'damaged';

/** Thrown for bytes that are no sound metadata of a qcow2 image, or none that can be told something from. */
export class Qcow2Error extends Error {
  override name = 'Qcow2Error';
  constructor(
    readonly fault: Qcow2Fault,
    message: string,
  ) {
    super(message);
  }
}
