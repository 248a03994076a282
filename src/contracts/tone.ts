/** How the state of something is to look, wherever it is shown: the status decides. */
import { z } from 'zod';
import type { ActorStatus } from './actor-record.ts';
import type { ExecutionView, OperationView } from './execution.ts';

export const Tone = z.enum(['waiting', 'running', 'good', 'bad', 'muted']);
export type Tone = z.infer<typeof Tone>;

export function toneOfActor(status: ActorStatus): Tone {
  switch (status) {
    case 'active':
      return 'running';
    case 'done':
      return 'good';
    case 'error':
      return 'bad';
    case 'stopped':
      return 'muted';
  }
}

/** Of an execution, or of one of its stages. */
export function toneOfExecution(status: ExecutionView['status']): Tone {
  switch (status) {
    case 'NOT_STARTED':
    case 'SKIPPED':
      return 'muted';
    case 'RUNNING':
      return 'running';
    case 'PAUSED':
      return 'waiting';
    case 'SUCCEEDED':
      return 'good';
    case 'FAILED_CONTINUE':
    case 'TERMINAL':
    case 'CANCELED':
    case 'STOPPED':
      return 'bad';
  }
}

export function toneOfOperation(status: OperationView['status']): Tone {
  switch (status) {
    case 'running':
      return 'running';
    case 'compensating':
      return 'waiting';
    case 'succeeded':
      return 'good';
    case 'failed':
    case 'compensated':
    case 'stranded':
    case 'canceled':
      return 'bad';
  }
}
