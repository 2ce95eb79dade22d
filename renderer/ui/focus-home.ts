/** The lists that the focus goes back to. */
export type Home = 'history' | 'domains';

/** The row of a list that can be tabbed to; where there is none, `true` lets the focus go where it was. */
export function focusHome(home: Home): HTMLElement | true {
  return document.querySelector<HTMLElement>(`[data-home="${home}"] [tabindex="0"][data-index]`) ?? true;
}
