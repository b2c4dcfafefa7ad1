/** Every option name of curl 7.88.1, by `curl --help all`: its letter, whether it takes a value, whether it is simulated. */

/** Long name → letter or own name; `value`: what follows belongs to it. */
export interface Known {
  readonly name: string;
  readonly short?: string;
  readonly value?: true;
}

const flag = (name: string, short?: string): Known => ({ name, ...(short && { short }) });
const valued = (name: string, short?: string): Known => ({ name, ...(short && { short }), value: true });

/** `name=/x`: it takes a value, and -x means the same. */
const list = (text: string): readonly Known[] =>
  text.split(/\s+/).map((word) => {
    const [, name = '', value, short] = /^([^=/]+)(=)?(?:\/(.))?$/.exec(word)!;
    return value ? valued(name, short) : flag(name, short);
  });

/** Nothing on plain HTTP here depends on these. */
const IDLE =
  'anyauth basic fail-early no-alpn no-npn no-sessionid raw tcp-fastopen tls-max= tls13-ciphers= tlsv1/1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 sslv2/2 sslv3/3 tr-encoding';

/** What the simulated network has no part for: said after curl's own usage errors. */
const ABSENT_LIST = `abstract-unix-socket= alt-svc= append/a aws-sigv4= capath= cert-status cert-type= ciphers= compressed-ssh config=/K
  continue-at=/C create-file-mode= crlf crlfile= curves= delegation= digest disable-eprt disable-epsv disallow-username-in-url
  dns-interface= dns-ipv4-addr= dns-ipv6-addr= doh-cert-status doh-insecure doh-url= egd-file= engine= etag-compare= etag-save=
  expect100-timeout= false-start form-escape form-string= ftp-account= ftp-alternative-to-user= ftp-create-dirs ftp-method=
  ftp-pasv ftp-port=/P ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-ccc-mode= ftp-ssl-control happy-eyeballs-timeout-ms=
  haproxy-protocol hostpubmd5= hostpubsha256= hsts= http0.9 http3 http3-only ignore-content-length junk-session-cookies/j key-type=
  krb= libcurl= list-only/l login-options= mail-auth= mail-from= mail-rcpt= mail-rcpt-allowfails metalink negotiate netrc/n
  netrc-file= netrc-optional next/: no-clobber ntlm ntlm-wb oauth2-bearer= output-dir= parallel-immediate parallel-max= pass=
  pinnedpubkey= post301 post302 post303 preproxy= proto= proto-default= proto-redir= proxy-anyauth proxy-basic proxy-cacert=
  proxy-capath= proxy-cert= proxy-cert-type= proxy-ciphers= proxy-crlfile= proxy-digest proxy-header= proxy-insecure proxy-key=
  proxy-key-type= proxy-negotiate proxy-ntlm proxy-pass= proxy-pinnedpubkey= proxy-service-name= proxy-ssl-allow-beast
  proxy-ssl-auto-client-cert proxy-tls13-ciphers= proxy-tlsauthtype= proxy-tlspassword= proxy-tlsuser= proxy-tlsv1 proxy-user=/U
  proxy1.0= proxytunnel/p pubkey= quote=/Q random-file= rate= remote-header-name/J remote-name-all remote-time/R remove-on-error
  request-target= sasl-authzid= sasl-ir service-name= socks4= socks4a= socks5= socks5-basic socks5-gssapi socks5-gssapi-nec
  socks5-gssapi-service= socks5-hostname= ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort
  suppress-connect-headers telnet-option=/t tftp-blksize= tftp-no-options time-cond=/z tlsauthtype= tlspassword= tlsuser= trace=
  trace-ascii= trace-time url-query= use-ascii/B xattr`;

export const KNOWN: readonly Known[] = [
  flag('silent', 's'),
  flag('show-error', 'S'),
  flag('verbose', 'v'),
  flag('head', 'I'),
  flag('include', 'i'),
  flag('fail', 'f'),
  flag('fail-with-body'),
  flag('location', 'L'),
  flag('location-trusted'),
  flag('insecure', 'k'),
  flag('remote-name', 'O'),
  flag('get', 'G'),
  flag('globoff', 'g'),
  flag('ipv4', '4'),
  flag('ipv6', '6'),
  flag('progress-bar', '#'),
  flag('no-progress-meter'),
  flag('no-buffer', 'N'),
  flag('compressed'),
  flag('http1.0', '0'),
  flag('http1.1'),
  flag('http2'),
  flag('http2-prior-knowledge'),
  flag('no-keepalive'),
  flag('path-as-is'),
  flag('tcp-nodelay'),
  flag('create-dirs'),
  flag('parallel', 'Z'),
  flag('disable', 'q'),
  flag('styled-output'),
  flag('retry-connrefused'),
  flag('retry-all-errors'),
  flag('version', 'V'),
  flag('help', 'h'),
  flag('manual', 'M'),
  valued('output', 'o'),
  valued('max-time', 'm'),
  valued('connect-timeout'),
  valued('write-out', 'w'),
  valued('header', 'H'),
  valued('request', 'X'),
  valued('data', 'd'),
  valued('data-raw'),
  valued('data-ascii'),
  valued('data-binary'),
  valued('data-urlencode'),
  valued('json'),
  valued('user', 'u'),
  valued('user-agent', 'A'),
  valued('referer', 'e'),
  valued('resolve'),
  valued('retry'),
  valued('retry-delay'),
  valued('retry-max-time'),
  valued('max-redirs'),
  valued('upload-file', 'T'),
  valued('dump-header', 'D'),
  valued('url'),
  valued('interface'),
  valued('cacert'),
  valued('cert', 'E'),
  valued('key'),
  valued('cookie', 'b'),
  valued('cookie-jar', 'c'),
  valued('form', 'F'),
  valued('range', 'r'),
  valued('proxy', 'x'),
  valued('noproxy'),
  valued('limit-rate'),
  valued('keepalive-time'),
  valued('local-port'),
  valued('connect-to'),
  valued('speed-limit', 'Y'),
  valued('speed-time', 'y'),
  valued('stderr'),
  valued('unix-socket'),
  valued('dns-servers'),
  valued('haproxy-clientip'),
  valued('max-filesize'),
  ...list(IDLE),
  ...list(ABSENT_LIST),
];

/** Said to be not simulated, once the line is right otherwise. */
export const ABSENT: ReadonlySet<string> = new Set([
  ...list(ABSENT_LIST).map(({ name }) => name),
  'form',
  'proxy',
  'upload-file',
  'unix-socket',
  'http2-prior-knowledge',
  'dns-servers',
  'limit-rate',
  'cookie-jar',
  'manual',
  'stderr',
]);

export const LONG_NAMES: readonly string[] = KNOWN.map((known) => `--${known.name}`).sort();
