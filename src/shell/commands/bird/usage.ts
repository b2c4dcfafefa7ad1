/** What bird 1.6.8 prints about itself, recorded. */
export const USAGE = `Usage: bird [--version] [--help] [-c <config-file>] [OPTIONS]
`;

export const HELP = `${USAGE}
Options: 
  -c <config-file>     Use given configuration file instead
                       of prefix/etc/bird.conf
  -d                   Enable debug messages and run bird in foreground
  -D <debug-file>      Log debug messages to given file instead of stderr
  -f                   Run bird in foreground
  -g <group>           Use given group ID
  -h, --help           Display this information
  -l                   Look for a configuration file and a communication socket
                       file in the current working directory
  -p                   Test configuration file and exit without start
  -P <pid-file>        Create a PID file with given filename
  -R                   Apply graceful restart recovery after start
  -s <control-socket>  Use given filename for a control socket
  -u <user>            Drop privileges and use given user ID
  --version            Display version of BIRD
`;
