import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import { RequestError } from '../graphql/request-error.js';
import type { RequestContext } from '../graphql/request-context.js';
import type { AuthenticatedRequest } from './authenticate.js';
import { ROLE } from './role.decorator.js';
import { mayActAs, type Principal, type Role } from './roles.js';

/** Stands before every query, mutation, subscription and route: what declares no role is closed to all. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const needed = this.reflector.getAllAndOverride<Role | 'anyone' | undefined>(ROLE, [context.getHandler(), context.getClass()]);
    if (needed === 'anyone') return true;
    const isGraphql = context.getType<string>() === 'graphql';
    const principal = isGraphql
      ? GqlExecutionContext.create(context).getContext<RequestContext>().principal
      : context.switchToHttp().getRequest<AuthenticatedRequest>().principal;
    const refusal = refusalOf(principal, needed, context.getHandler().name);
    if (!refusal) return true;
    if (isGraphql) throw new RequestError(refusal.message, refusal.code);
    throw refusal.code === 'FORBIDDEN' ? new ForbiddenException(refusal.message) : new UnauthorizedException(refusal.message);
  }
}

function refusalOf(principal: Principal | undefined, needed: Role | undefined, operation: string): { code: 'FORBIDDEN' | 'UNAUTHENTICATED'; message: string } | undefined {
  if (!needed) return { code: 'FORBIDDEN', message: `${operation} is closed: it declares no role` };
  if (!principal) return { code: 'UNAUTHENTICATED', message: `${operation} needs an API key of role ${needed}; send it as Authorization: Bearer ak_...` };
  if (!mayActAs(principal, needed)) return { code: 'FORBIDDEN', message: `${operation} needs role ${needed}; ${principal.name} has ${principal.role}` };
  return undefined;
}
