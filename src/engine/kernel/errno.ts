/** Errors of the kernel, by their C names, with the text strerror() of glibc gives them. */

const TEXTS = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EACCES: 'Permission denied',
  EEXIST: 'File exists',
  ENODEV: 'No such device',
  EINVAL: 'Invalid argument',
  EOPNOTSUPP: 'Operation not supported',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ECONNRESET: 'Connection reset by peer',
  ETIMEDOUT: 'Connection timed out',
  ECONNREFUSED: 'Connection refused',
  EHOSTUNREACH: 'No route to host',
} as const;

export type Errno = keyof typeof TEXTS;

/** `Network is unreachable`. */
export function errorText(errno: Errno): string {
  return TEXTS[errno];
}

/** Failed as a system call does. `message` is the kernel's extended ack (`Nexthop has invalid gateway.`), where it gives one. */
export interface KernelError {
  readonly errno: Errno;
  readonly message?: string;
}

export function isKernelError(value: object): value is KernelError {
  return 'errno' in value;
}
