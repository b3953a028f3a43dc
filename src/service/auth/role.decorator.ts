import { SetMetadata } from '@nestjs/common';
import type { Role as RoleName } from './roles.js';

export const ROLE = 'assay:role';

/** The least role that may call this resolver or route; `anyone` needs no key. Without it nobody may. */
export const Role = (role: RoleName | 'anyone') => SetMetadata(ROLE, role);
