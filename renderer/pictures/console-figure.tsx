import type { ReactNode } from 'react';
import { openDialog } from '../store/actions.ts';
import { useApp } from '../ui/context.tsx';
import parts from '../ui/parts.module.css';
import pictures from './pictures.module.css';
import type { Fetched } from './use-pictures.ts';

interface ConsoleFigureProps {
  picture: Fetched;
  /** What it shows, for who cannot see it, and over the enlarged one. */
  alt: string;
  caption?: ReactNode;
  /** What to say where there is none. */
  none?: string;
  /** Opens it large when it is pressed; a dialog that is open already must not be lost by that. */
  enlarges?: boolean;
}

/** A picture of a console with a line under it; where there is none, a sentence instead. */
export function ConsoleFigure({ picture, alt, caption, none, enlarges = false }: ConsoleFigureProps) {
  const { store } = useApp();
  if (picture === null) return none ? <p className={`${pictures.noPicture} ${parts.dim}`}>{none}</p> : null;
  const image = picture ? (
    <img src={picture.dataUrl} alt={alt} draggable={false} />
  ) : (
    <span className={pictures.wait} />
  );
  return (
    <figure className={pictures.consoleFigure} aria-busy={picture === undefined}>
      {enlarges && picture ? (
        <button
          type="button"
          className={pictures.button}
          title="Enlarge"
          onClick={() => openDialog(store, { kind: 'picture', title: alt, dataUrl: picture.dataUrl })}
        >
          {image}
        </button>
      ) : (
        image
      )}
      {caption === undefined ? null : <figcaption>{caption}</figcaption>}
    </figure>
  );
}
