/** So many are asked for at a time: nobody waits behind what a table would like to know. */
const atOnce = 2;

type Task = () => Promise<void>;
const waiting: Task[] = [];
let running = 0;

/** Puts a task behind others; whoever no longer wants it before its turn takes it out. */
export function inTurn(task: Task): () => void {
  waiting.push(task);
  begin();
  return () => {
    const at = waiting.indexOf(task);
    if (at >= 0) waiting.splice(at, 1);
  };
}

function begin(): void {
  while (running < atOnce) {
    const task = waiting.shift();
    if (!task) return;
    running++;
    void task().finally(() => {
      running--;
      begin();
    });
  }
}
