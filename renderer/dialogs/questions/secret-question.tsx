import { Dialog } from '@base-ui/react/dialog';
import { type FormEvent, useRef, useState } from 'react';
import type { Question } from '../../../shared/schema.ts';
import { Button } from '../../ui/button.tsx';
import dialogs from '../../ui/dialog.module.css';
import forms from '../../ui/forms.module.css';
import parts from '../../ui/parts.module.css';
import { isTypingElsewhere } from './typing.ts';
import { useAnswer } from './use-answer.ts';

type SecretQuestionOf = Exclude<Question, { kind: 'host-key' }>;

const REMEMBER = { keychain: 'Remember in the system keychain', memory: 'Keep until Snapkeel ends' };
/** Other fields than the person's own browser would fill in. */
const NOT_KEPT = { autoComplete: 'off', autoCapitalize: 'off', spellCheck: false } as const;

/** Asks for a passphrase, a password, or what a server asks in its own words. What is typed goes to the backend alone. */
export function SecretQuestion({ question }: { question: SecretQuestionOf }) {
  const { answered, answer } = useAnswer(question.id);
  const first = useRef<HTMLInputElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const [focused] = useState(() => (isTypingElsewhere() ? popup : first));
  const fields = fieldsOf(question);
  const [values, setValues] = useState<readonly string[]>(() => fields.map(() => ''));
  const [remember, setRemember] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    answer({ kind: 'secrets', secrets: [...values], remember });
  };
  return (
    <Dialog.Root open disablePointerDismissal onOpenChange={(open) => !open && answer(null)}>
      <Dialog.Portal>
        <Dialog.Backdrop forceRender className={`${dialogs.veil} ${dialogs.above}`} />
        <Dialog.Popup ref={popup} className={`${dialogs.dialog} ${dialogs.above}`} initialFocus={focused}>
          <form onSubmit={submit} className={dialogs.form}>
            <div className={dialogs.head}>
              <Dialog.Title className={dialogs.title}>
                <Title question={question} />
              </Dialog.Title>
              <Dialog.Description className={dialogs.sub}>
                <About question={question} />
              </Dialog.Description>
            </div>
            <div className={dialogs.body}>
              {'retry' in question && question.retry ? (
                <p className={forms.fieldProblem} role="alert">
                  <strong>That was not accepted.</strong> Try again.
                </p>
              ) : null}
              {fields.map((field, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the server's prompts have no other name, and their order is theirs
                <div key={index} className={forms.formField}>
                  <label className={forms.label} htmlFor={`secret-${index}`}>
                    {field.label}
                  </label>
                  <input
                    ref={index === 0 ? first : undefined}
                    id={`secret-${index}`}
                    className={forms.input}
                    type={field.echo ? 'text' : 'password'}
                    {...NOT_KEPT}
                    value={values[index]}
                    onChange={({ target }) =>
                      setValues(values.map((value, other) => (other === index ? target.value : value)))
                    }
                  />
                </div>
              ))}
              {'rememberIn' in question ? (
                <label className={forms.check}>
                  <input type="checkbox" checked={remember} onChange={({ target }) => setRemember(target.checked)} />
                  <span>{REMEMBER[question.rememberIn]}</span>
                </label>
              ) : null}
            </div>
            <div className={dialogs.foot}>
              <span className={dialogs.why} />
              <Button onClick={() => answer(null)}>Don’t connect</Button>
              <Button type="submit" look="primary" disabled={answered}>
                Continue
              </Button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Title({ question }: { question: SecretQuestionOf }) {
  if (question.kind === 'passphrase') return <>Passphrase of an SSH key</>;
  if (question.kind === 'password')
    return (
      <>
        Password for <bdi>{question.host}</bdi>
      </>
    );
  return (
    <>
      <bdi>{question.host}</bdi> asks
    </>
  );
}

function About({ question }: { question: SecretQuestionOf }) {
  if (question.kind === 'passphrase')
    return (
      <>
        <bdi>{question.host}</bdi> takes the key <span className={parts.mono}>{question.keyFile}</span>, which is
        protected.
      </>
    );
  if (question.kind === 'password')
    return (
      <>
        It lets <bdi>{question.user}</bdi> in with a password. It is sent only to this host, encrypted.
      </>
    );
  const own = [question.title, question.instruction].filter((text) => text.trim() !== '').join(' · ');
  return (
    <>
      To let <bdi>{question.user}</bdi> in; the text is from the server{own === '' ? '.' : ': '}
      {own === '' ? null : <q>{own}</q>}
    </>
  );
}

function fieldsOf(question: SecretQuestionOf): readonly { readonly label: string; readonly echo: boolean }[] {
  if (question.kind === 'passphrase') return [{ label: 'Passphrase', echo: false }];
  if (question.kind === 'password') return [{ label: 'Password', echo: false }];
  return question.prompts.map(({ text, echo }, index) => ({ label: text.trim() || `Answer ${index + 1}`, echo }));
}
