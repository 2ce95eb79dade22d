import type { PointerEvent } from 'react';

/** A heading that is shortened where it has no room, and only then tells the whole name under the pointer. */
export function ShortName({ name }: { name: string }) {
  const tell = ({ currentTarget }: PointerEvent<HTMLElement>) => {
    const isShort = currentTarget.scrollWidth > currentTarget.clientWidth;
    currentTarget.title = isShort ? name : '';
  };
  return (
    <h1 onPointerEnter={tell}>
      <bdi>{name}</bdi>
    </h1>
  );
}
