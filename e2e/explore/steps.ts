import type { CreateMode, DeleteMode, PowerPlan, StartState } from '../../shared/schema.ts';

/** What is done through the app, as its window would. */
export type AppStep =
  | {
      readonly by: 'app';
      readonly do: 'create';
      readonly name: string;
      readonly mode: CreateMode;
      readonly live: boolean;
      /** Targets of disks that are left out. */
      readonly without: readonly string[];
    }
  | {
      readonly by: 'app';
      readonly do: 'revert';
      readonly to: string;
      readonly start: StartState;
      readonly safety: boolean;
      readonly dropSave: boolean;
    }
  | { readonly by: 'app'; readonly do: 'undo'; readonly safety: boolean }
  | { readonly by: 'app'; readonly do: 'delete'; readonly names: readonly string[]; readonly mode: DeleteMode }
  | { readonly by: 'app'; readonly do: 'describe'; readonly of: string; readonly text: string }
  | { readonly by: 'app'; readonly do: 'rename'; readonly of: string; readonly to: string }
  | { readonly by: 'app'; readonly do: 'make-current'; readonly of: string }
  /** Keeps the text for a later import. */
  | { readonly by: 'app'; readonly do: 'export' }
  /** Of what was exported last. */
  | { readonly by: 'app'; readonly do: 'import' }
  | { readonly by: 'app'; readonly do: 'power'; readonly action: PowerPlan['action']; readonly discardSave: boolean };

/**
 * What somebody else does. In arguments `{dom}` stands for the domain and `{dir}` for its folder, in those of virsh
 * `{xml}` for a file with the text.
 */
export type OtherStep =
  | { readonly by: 'virsh'; readonly args: readonly string[]; readonly xml?: string }
  | { readonly by: 'shell'; readonly argv: readonly string[] }
  /** The stored configuration is written anew with an attribute of `<disk>`, or with another image. */
  | {
      readonly by: 'define';
      readonly target: string;
      readonly change: { readonly snapshot: string } | { readonly file: string };
    }
  | { readonly by: 'daemon' };

/** `between`: what somebody else does after the app's plan was read and before it is carried out. */
export type Step = (AppStep & { readonly between?: OtherStep }) | OtherStep;

/** A step as a person would write it down; those of others as lines for a shell. */
export function stepText(step: Step): string {
  switch (step.by) {
    case 'virsh':
      return `${['virsh', ...step.args].map(word).join(' ')}${step.xml === undefined ? '' : `   # {xml}: ${step.xml}`}`;
    case 'shell':
      return step.argv.map(word).join(' ');
    case 'define':
      return `# in the stored configuration, disk ${step.target} gets ${JSON.stringify(step.change)}`;
    case 'daemon':
      return '# libvirtd is restarted';
    case 'app':
      return `${appText(step)}${step.between ? `   # after the plan was read: ${stepText(step.between)}` : ''}`;
  }
}

function appText(step: AppStep): string {
  const { by, do: what, ...rest } = step;
  const more = Object.entries(rest).flatMap(([key, value]) =>
    key === 'between' || value === false || (Array.isArray(value) && value.length === 0)
      ? []
      : [
          value === true
            ? key
            : `${key} ${[value]
                .flat()
                .map((each) => word(`${each}`))
                .join(' ')}`,
        ],
  );
  return [by, what, more.join(', ')].join(' ').trim();
}

function word(text: string): string {
  return /^[\w{}/=.:,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
