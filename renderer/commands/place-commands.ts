import { openConnectView } from '../store/actions.ts';
import { stepFrom, travel } from '../store/places.ts';
import { always, available, type Command } from './command.ts';

const steps = {
  back: { step: -1, shortcut: 'Alt+ArrowLeft', none: 'Nothing was shown before.' },
  forward: { step: 1, shortcut: 'Alt+ArrowRight', none: 'Nothing was shown after this.' },
} as const;

function stepCommand(way: keyof typeof steps, label: string): Command {
  const { step, shortcut, none } = steps[way];
  return {
    id: `view.${way}`,
    group: 'View',
    label: () => label,
    shortcut,
    applies: always,
    unavailable: ({ state }) => (stepFrom(state, step) === null ? none : null),
    run: ({ app }) => travel(app.store, step),
  };
}

/** The ways from one place of the window to another. */
export const placeCommands: readonly Command[] = [
  stepCommand('back', 'Back'),
  stepCommand('forward', 'Forward'),
  {
    id: 'view.connect',
    group: 'View',
    label: () => 'Connect…',
    title: 'Show what can be connected to',
    applies: always,
    unavailable: available,
    run: ({ app }) => openConnectView(app.store),
  },
];
