import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import {
  AppEvent,
  AppInfo,
  Problem,
  RevertOutcome,
  RevertPlan,
  RevertTarget,
  SnapshotDetail,
  SnapshotList,
  StartState,
} from './schema.ts';

const base = oc.errors({
  /** Anything that a person should read: the data is the sentence. */
  PROBLEM: { data: Problem },
});
const onHost = z.object({ hostId: z.string() });
const onDomain = onHost.extend({ uuid: z.string() });
const onSnapshot = onDomain.extend({ name: z.string().min(1) });

/** Every procedure and event between the window and the backend. */
export const contract = {
  info: base.output(AppInfo),
  /** First everything, then each change, until the caller stops. */
  events: base.output(eventIterator(AppEvent)),
  hosts: {
    /** Adds a host and starts connecting to it; a host with the same URI is returned instead of added twice. */
    add: base.input(z.object({ uri: z.string(), name: z.string().optional() })).output(onHost),
    remove: base.input(onHost),
    connect: base.input(onHost),
    disconnect: base.input(onHost),
  },
  questions: {
    answer: base.input(z.object({ id: z.string(), yes: z.boolean() })),
  },
  snapshots: {
    /** The snapshots of one domain now, and again whenever they change, until the caller stops. */
    watch: base.input(onDomain).output(eventIterator(SnapshotList)),
    detail: base.input(onSnapshot).output(SnapshotDetail),
  },
  revert: {
    plan: base.input(onDomain.extend({ target: RevertTarget })).output(RevertPlan),
    /** Gathers the facts again and reverts only if what the person read is still true. */
    run: base
      .input(z.object({ planId: z.string(), startState: StartState, acknowledged: z.array(z.string()) }))
      .output(RevertOutcome)
      .errors({ STALE_PLAN: { data: z.object({ changes: z.array(z.string()) }) } }),
  },
};
export type Contract = typeof contract;
