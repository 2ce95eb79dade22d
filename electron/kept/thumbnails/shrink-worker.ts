import { parentPort } from 'node:worker_threads';
import { decodePicture } from './picture.ts';
import type { Answer, Question } from './shrink.ts';
import { encodePng, scaledDown } from './thumbnail.ts';

// A large picture takes half a second: on a thread of its own, nothing waits for it.
parentPort?.on('message', ({ id, picture }: Question) => {
  let answer: Answer;
  try {
    answer = { id, png: encodePng(scaledDown(decodePicture(Buffer.from(picture)))) };
  } catch (error) {
    answer = { id, error: String(error) };
  }
  parentPort?.postMessage(answer);
});
