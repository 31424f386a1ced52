import { mayFollow } from '../../domain/plan-change-status.ts';
import { counted, problemsOf, type Check } from './check.ts';

/** Who was identified by whom, and a course of statuses that the procedure allows. */
export const course: Check = {
  title: 'Course: identified by the agent, statuses in an allowed order',
  run: ({ payload: { change, identification } }) => {
    const { transitions } = change;
    return {
      looked: counted(transitions.length, 'status', 'statuses'),
      problems: [
        ...problemsOf(
          [
            identification.agentId !== change.openedBy,
            'the agent who opened the change had not identified the customer',
          ],
          [transitions.at(-1)?.status !== change.status, 'the last status on record is not the present one'],
        ),
        ...transitions.slice(1).flatMap(({ status }, index) => {
          const before = transitions[index]?.status ?? 'quoting';
          return problemsOf([!mayFollow(before, status), `${status} cannot follow ${before}`]);
        }),
      ],
    };
  },
};
