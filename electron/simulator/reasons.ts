/** Numbers of libvirt-domain.h that only a daemon needs: reasons of states, and details of lifecycle events. */
export const runningReason = { booted: 1, restored: 3, fromSnapshot: 4, unpaused: 5 } as const;
export const pausedReason = { user: 1, ioError: 5, fromSnapshot: 7 } as const;
export const shutoffReason = { shutdown: 1, destroyed: 2, crashed: 3, saved: 5, failed: 6, fromSnapshot: 7 } as const;

export const definedDetail = { added: 0, updated: 1, fromSnapshot: 3 } as const;
export const startedDetail = { booted: 0, restored: 2, fromSnapshot: 3 } as const;
export const suspendedDetail = { paused: 0, ioError: 2, fromSnapshot: 5 } as const;
export const resumedDetail = { unpaused: 0, fromSnapshot: 2 } as const;
export const stoppedDetail = { shutdown: 0, destroyed: 1, crashed: 2, saved: 4, failed: 5, fromSnapshot: 6 } as const;
export const shutdownDetail = { finished: 0, guest: 1, host: 2 } as const;

/** virDomainJobOperation in the job-completed event. */
export const jobOperation = { snapshot: 6, revert: 7, deletion: 10 } as const;
export const blockJob = { commit: 3, activeCommit: 4, completed: 0, ready: 3 } as const;
