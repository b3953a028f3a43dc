import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';

@Controller('health')
export class HealthController {
  constructor(private readonly prisma: PrismaService) {}

  @Get()
  @Role('anyone')
  async check(): Promise<{ status: 'ok' }> {
    await this.prisma.$queryRaw`SELECT 1`.catch(() => { throw new ServiceUnavailableException('the database does not answer'); });
    return { status: 'ok' };
  }
}
