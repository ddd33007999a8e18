// An OpenID Connect provider for tests: whoever logs in has the name that was typed, and its groups of the first argument.
// The path of every request is a line on standard error.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { folder, port, clients, groups } = JSON.parse(process.argv[2]);
const { Provider } = await import(pathToFileURL(createRequire(`${folder}/`).resolve('oidc-provider')).href);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'groups'],
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: `${id}@soc`, groups: groups[id] ?? [] }),
  }),
});
provider.use(async (context, next) => {
  console.error(context.path);
  await next();
});
provider.listen(port, '127.0.0.1', () => console.log('listening'));
