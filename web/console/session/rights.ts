import { session } from './sign-in-gate.ts';

/** Agents and supervisors serve customers (api/auth.ts says so for good: this only hides what would be refused). */
export function mayServe(): boolean {
  const role = session.value?.role;
  return role === 'agent' || role === 'supervisor';
}

/** Ops may also withdraw a change. */
export function mayCancel(): boolean {
  return mayServe() || session.value?.role === 'ops';
}
