// An issuer of ID tokens that authgent-server can be told to trust: oauth2-mock-server, with its keys
// where authgent-server looks for them.
//
//     node issuer.mjs MODULE PORT
const [module, port] = process.argv.slice(2);
const { OAuth2Server } = await import(module);
const server = new OAuth2Server(undefined, undefined, {
  endpoints: { jwks: "/.well-known/jwks.json" },
});
await server.issuer.keys.generate("RS256");
await server.start(Number(port), "127.0.0.1");
// It calls itself localhost, which is another issuer.
server.issuer.url = `http://127.0.0.1:${port}`;
console.log("listening");
