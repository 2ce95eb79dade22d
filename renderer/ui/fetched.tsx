import { type ReactNode, Suspense, use, useEffect } from 'react';
import { useAppState } from './context.tsx';
import { type Later, whenIdle } from './later.ts';

interface FetchedProps<Code> {
  code: Later<Code>;
  /** Shown until it has come. */
  waiting: ReactNode;
  children: (code: Code) => ReactNode;
}

/** What is drawn by code that comes later: at once where it is here. Where it fails, `Contained` tells. */
export function Fetched<Code>(props: FetchedProps<Code>) {
  return (
    <Suspense fallback={props.waiting}>
      <Drawn {...props} />
    </Suspense>
  );
}

function Drawn<Code>({ code, children }: FetchedProps<Code>) {
  return children(code.here ?? use(code.come()));
}

/** Fetches it before it is needed: once the window shows what there is, and has nothing else to do. */
export function useAhead(code: Later<unknown>): void {
  const loaded = useAppState((state) => state.loaded);
  useEffect(() => {
    if (loaded) whenIdle(() => void code.ahead());
  }, [code, loaded]);
}
