/** Each role may do what those before it may. */
export const roles = ['evaluator', 'viewer', 'analyst', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who is asking. */
export interface Principal {
  /** of the key, or `demo` */
  readonly name: string;
  readonly role: Role;
  /** id of the key; null in the demo */
  readonly keyId: string | null;
}

export const mayActAs = (principal: Principal, role: Role): boolean => roles.indexOf(principal.role) >= roles.indexOf(role);
