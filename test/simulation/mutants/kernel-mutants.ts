/** Mutants of the kernel: births, attempts, timers, children, time. */
import type { Mutant } from './mutant.ts';

const activities = 'src/runtime/kernel/activities.ts';
const children = 'src/runtime/kernel/children.ts';
const deliver = 'src/runtime/kernel/deliver.ts';
const finish = 'src/runtime/kernel/finish-step.ts';
const outcome = 'src/runtime/kernel/step-outcome.ts';
const taking = 'src/runtime/kernel/take-deliveries.ts';
const transition = 'src/runtime/kernel/transition.ts';

const of = (
  name: string,
  breaks: string,
  patch: { file: string; find: string; replace: string },
): Mutant => ({
  name,
  breaks,
  world: 'trips',
  patches: [patch],
});

export const KERNEL_MUTANTS: readonly Mutant[] = [
  of('birth fence off', 'a result of an earlier visit is taken for this one’s', {
    file: activities,
    find: 'if (activity?.birth !== result.birth) return undefined;',
    replace: 'if (activity === undefined) return undefined;',
  }),
  of('retry not counted', 'the next attempt has the number of the last one', {
    file: activities,
    find: 'attempt: activity.attempt + 1',
    replace: 'attempt: activity.attempt',
  }),
  of('attempts without end', 'the limit of attempts is not looked at', {
    file: 'src/runtime/kernel/retry.ts',
    find: 'counted >= retry.attemptsMax',
    replace: 'counted < 0',
  }),
  of('failure not retried', 'the first failure ends the activity', {
    file: 'src/runtime/kernel/retry.ts',
    find: "if (failure.kind === 'terminal' ||",
    replace: "if (failure.kind === 'transient' || failure.kind === 'terminal' ||",
  }),
  of('deadline ignored', 'an activity may take for ever', {
    file: activities,
    find: 'deadlineAtMs: draft.nowMs + activity.options.scheduleToCloseMs,',
    replace: 'deadlineAtMs: draft.nowMs + 1_000 * activity.options.scheduleToCloseMs,',
  }),
  of('result kept open', 'an activity stays open after its result was taken', {
    file: activities,
    find: 'if (isAwaited) activities.delete(result.childId);',
    replace: 'if (isAwaited) void activities;',
  }),
  of('alarm not set', 'nobody is woken for a timer', {
    file: finish,
    find: "effects.push({ kind: 'set-wake', dueAtMs });",
    replace: '',
  }),
  of('alarm cleared too early', 'the alarm goes with the last timer although an activity needs it', {
    file: finish,
    find: 'if (dueAtMs === Infinity) {',
    replace: 'if (dueAtMs === Infinity || timers.size === 0) {',
  }),
  of('alarm never moved forward', 'an alarm is moved only to a later time', {
    file: finish,
    find: 'dueAtMs < draft.armedAtMs',
    replace: 'dueAtMs > draft.armedAtMs',
  }),
  of('alarm believed set', 'an alarm that rang counts as set', {
    file: deliver,
    find: 'if (draft.armedAtMs === dueAtMs) draft.armedAtMs = undefined;',
    replace: '',
  }),
  of('heard disabled', 'what a relay repeats is applied again', {
    file: 'src/runtime/kernel/heard.ts',
    find: 'if (step < lastStep || (step === lastStep && effect <= lastEffect)) return null;',
    replace: 'void [lastStep, lastEffect];',
  }),
  of('timers kept after the end', 'an actor that ended still has timers', {
    file: transition,
    find: 'state.timers.clear();',
    replace: '',
  }),
  of('parent not told', 'a child ends and its parent does not hear of it', {
    file: transition,
    find: "state.effects.push({ kind: 'send', to: parent.address, event });",
    replace: '',
  }),
  of('child not stopped', 'a child that nobody wants goes on', {
    file: children,
    find: "if (to === undefined || closePolicy === 'abandon') return;",
    replace: 'if (to === undefined || closePolicy !== undefined) return;',
  }),
  of('child stopped twice', 'an ended child is stopped again', {
    file: children,
    find: 'if (child.finished === true) return;',
    replace: '',
  }),
  of('stop ignored', 'a child that is to stop goes on', {
    file: deliver,
    find: "endWith(draft, 'stopped');",
    replace: '',
  }),
  of('completion of an earlier child', 'the end of a child that was left counts as that of its successor', {
    file: deliver,
    find: 'child.address !== from || ',
    replace: '',
  }),
  of('wrong step time', 'a step may be earlier than the one before it, and than its alarm', {
    file: outcome,
    find: 'return Math.max(nowMs, record.updatedAtMs, ...alarms);',
    replace: 'return alarms.length < 0 ? record.updatedAtMs : nowMs;',
  }),
  of('watermark of the wrong log', 'progress of one log is written down for the other', {
    file: taking,
    find: 'applied[delivery.log] = delivery.sequence;',
    replace: 'applied.mailbox = delivery.sequence;',
  }),
  {
    ...of(
      'mail dropped when it goes on',
      'the first of two that arrived while an actor was paused is dropped',
      {
        file: taking,
        find: 'control.held.shift()',
        replace: 'control.held.splice(0, 2).at(1)',
      },
    ),
    world: 'orders',
  },
  {
    ...of('pause ignored', 'a paused actor is stepped like any other', {
      file: taking,
      find: '(isOnHold(control) || control.held.length > 0)',
      replace: 'control.held.length > 0',
    }),
    world: 'orders',
  },
  of('births start anew', 'numbers of births are used again', {
    file: finish,
    find: 'sequence: draft.sequence,',
    replace: 'sequence: 0,',
  }),
];
