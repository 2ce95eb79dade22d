import { Component, type ReactNode } from 'react';
import type { Problem } from '../../shared/schema.ts';
import type { AppState } from '../store/store.ts';
import blocks from './blocks.module.css';
import { Button } from './button.tsx';
import { useAppState } from './context.tsx';
import { NotLoaded } from './later.ts';
import { ProblemView } from './problem-view.tsx';

interface ContainedProps {
  /** What can’t be shown then: “The history”. */
  what: string;
  /** When it changes, it is tried again: what the part is about. */
  about?: unknown;
  /** Instead of the usual account, e.g. in a dialog of its own. */
  instead?: (account: ReactNode, detail: string) => ReactNode;
  /** Leads away from what can’t be shown; otherwise it is tried again. */
  onGoOn?: () => void;
  children: ReactNode;
}

/** A part of the window that fails alone: an error in drawing it is told in its place, and everything else stays. */
export class Contained extends Component<ContainedProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate({ about }: ContainedProps) {
    if (this.state.error !== null && about !== this.props.about) this.setState({ error: null });
  }

  override render() {
    const { what, instead = (account) => account, onGoOn, children } = this.props;
    const { error } = this.state;
    if (error === null) return children;
    const tryAgain = () => this.setState({ error: null });
    const goOn = () => {
      onGoOn?.();
      tryAgain();
    };
    const forget = error instanceof NotLoaded ? error.forget : null;
    const problem = forget ? notLoaded(what, error) : problemOf(what, error);
    return instead(
      <div className={blocks.contained} role="alert">
        <ProblemView problem={problem}>
          {forget ? (
            <Button
              onClick={() => {
                forget();
                tryAgain();
              }}
            >
              Try again
            </Button>
          ) : (
            <Button onClick={goOn}>Continue</Button>
          )}
        </ProblemView>
      </div>,
      problem.detail,
    );
  }
}

/** The same about something in the store, without drawing what is around it again when that changes. */
export function ContainedBy({
  about,
  ...props
}: Omit<ContainedProps, 'about'> & { about: (state: AppState) => unknown }) {
  return <Contained {...props} about={useAppState(about)} />;
}

type Account = Problem & { detail: string };

function notLoaded(what: string, error: unknown): Account {
  return {
    code: 'NOT_LOADED',
    what: `${what} cannot be loaded.`,
    effect: 'A file of the window could not be loaded. That changed nothing, and running operations continue.',
    next: 'Try again. If that does not help, Snapkeel was closed or updated: start it again.',
    detail: detailOf(error),
  };
}

function problemOf(what: string, error: unknown): Account {
  return {
    code: 'UNEXPECTED',
    what: `${what} cannot be shown.`,
    effect: 'Snapkeel ran into an unexpected error here. That changed nothing, and running operations continue.',
    next: 'Continue, or open something else. If it happens again, please report it with the details.',
    detail: detailOf(error),
  };
}

function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
