import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ApiKey } from '../../generated/prisma/client.js';
import { PrismaService } from '../database/prisma.service.js';
import type { Principal, Role } from './roles.js';

/** How long a key that was found is believed without asking again, and so how late another process notices that it was revoked. */
const BELIEVED_MS = 2000;
const USE_NOTED_EVERY_MS = 60_000;
const MAX_BELIEVED = 10_000;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const newSecret = (): string => `ak_${randomBytes(32).toString('base64url')}`;

@Injectable()
export class ApiKeysService {
  private readonly believed = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(private readonly prisma: PrismaService) {}

  /** Keys are compared by the index of their hashes: how long that takes says nothing about the secret. */
  async find(secret: string | undefined): Promise<Principal | undefined> {
    if (!secret) return undefined;
    const hash = hashOf(secret);
    const known = this.believed.get(hash);
    if (known && known.until > Date.now()) return known.principal;
    this.believed.delete(hash);
    const key = await this.prisma.apiKey.findUnique({ where: { hash } });
    if (!key || key.revokedAt) return undefined;
    await this.noteUse(key);
    const principal: Principal = { name: key.name, role: key.role, keyId: key.id };
    if (this.believed.size >= MAX_BELIEVED) this.believed.clear();
    this.believed.set(hash, { principal, until: Date.now() + BELIEVED_MS });
    return principal;
  }

  /** @returns the secret too: it is not kept and cannot be shown again */
  async create(name: string, role: Role, secret = newSecret()): Promise<{ key: ApiKey; secret: string }> {
    return { key: await this.prisma.apiKey.create({ data: { name, role, hash: hashOf(secret) } }), secret };
  }

  /** @returns undefined when there is no such key */
  async revoke(id: string): Promise<ApiKey | undefined> {
    await this.prisma.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
    this.believed.clear();
    return await this.prisma.apiKey.findUnique({ where: { id } }) ?? undefined;
  }

  /** Makes sure that somebody can administer. @returns the secret of a key that was made now and must be shown once */
  async ensureAdmin(given: string | undefined): Promise<string | undefined> {
    if (given) {
      await this.prisma.apiKey.upsert({ where: { hash: hashOf(given) }, create: { name: 'admin (ASSAY_ADMIN_KEY)', role: 'admin', hash: hashOf(given) }, update: {} });
      return undefined;
    }
    if (await this.prisma.apiKey.findFirst({ where: { role: 'admin', revokedAt: null } })) return undefined;
    return (await this.create('admin', 'admin')).secret;
  }

  private async noteUse(key: ApiKey): Promise<void> {
    if (key.lastUsedAt && Date.now() - key.lastUsedAt.getTime() < USE_NOTED_EVERY_MS) return;
    await this.prisma.apiKey.update({ where: { id: key.id }, data: { lastUsedAt: new Date() } });
  }
}
