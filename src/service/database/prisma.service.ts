import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import { CONFIG, type Config } from '../config.js';

/** Connections of one service process; workers and the queue have their own. */
const POOL = 10;

@Injectable()
export class PrismaService extends PrismaClient implements OnModuleDestroy {
  constructor(@Inject(CONFIG) config: Config) {
    super({ adapter: new PrismaPg({ connectionString: config.databaseUrl, max: POOL }) });
  }

  async onModuleDestroy(): Promise<void> {
    await this.$disconnect();
  }
}
