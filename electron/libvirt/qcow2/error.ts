/**
 * `not-qcow2`: the bytes are of another format, or of a version of it that is not known.
 * `damaged`: they say what no sound image does, or end in the middle.
 */
export type Qcow2Fault = 'not-qcow2' | 'damaged';

/** Thrown for bytes that are no sound metadata of a qcow2 image. */
export class Qcow2Error extends Error {
  override name = 'Qcow2Error';
  constructor(
    readonly fault: Qcow2Fault,
    message: string,
  ) {
    super(message);
  }
}
