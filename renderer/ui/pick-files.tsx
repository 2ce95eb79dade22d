import { FileUp } from 'lucide-react';
import { type DragEvent, type ReactNode, type RefObject, useRef, useState } from 'react';
import { visible } from '../../shared/visible.ts';
import { Button } from './button.tsx';
import forms from './forms.module.css';
import parts from './parts.module.css';
import styles from './pick-files.module.css';

/** A text file that the person chose. */
export interface PickedFile {
  readonly name: string;
  readonly text: string;
}

interface PickFilesProps {
  /** What such files hold, for who does not see the place. */
  label: string;
  /** As the attribute of a file field. */
  accept: string;
  multiple?: boolean;
  /** As much as the main process takes; more is not even read. Bytes. */
  limitBytes: number;
  tooLarge: string;
  /** Is given the button to begin at. */
  button: RefObject<HTMLButtonElement | null>;
  onPick: (files: PickedFile[]) => void;
  children?: ReactNode;
}

/** Choosing or dropping text files. */
export function PickFiles(props: PickFilesProps) {
  const { label, accept, multiple = false, limitBytes, tooLarge, button, onPick, children } = props;
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const take = async (list: FileList | null) => {
    const files = [...(list ?? [])].slice(0, multiple ? undefined : 1);
    if (files.length === 0) return;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size > limitBytes) return setProblem(tooLarge);
    try {
      onPick(
        await Promise.all(files.map(async (file) => ({ name: visible(file.name), text: visible(await file.text()) }))),
      );
    } catch {
      setProblem('The files could not be read. Folders cannot be dropped here: choose the files in it.');
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };
  return (
    <>
      <p className={parts.dim}>{children}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way to what the button does */}
      <div
        className={styles.place}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <FileUp size={22} aria-hidden="true" />
        <Button ref={button} look="primary" onClick={() => input.current?.click()}>
          {multiple ? 'Choose files…' : 'Choose a file…'}
        </Button>
        <span className={parts.dim}>{multiple ? 'or drop them here' : 'or drop it here'}</span>
        <input
          ref={input}
          type="file"
          multiple={multiple}
          hidden
          accept={accept}
          aria-label={label}
          onChange={(event) => void take(event.target.files)}
        />
      </div>
      <p className={forms.fieldProblem} role="alert">
        {problem}
      </p>
    </>
  );
}
