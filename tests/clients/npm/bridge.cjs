// Lines of JSON in, lines of JSON out: calls of shopee-open-api for the tests beside this folder.
"use strict";

const readline = require("node:readline");
const { default: ShopeeOpenAPI } = require(`${process.env.NODE_MODULES}/shopee-open-api`);

const { host, partner_id, partner_key, redirect, shop_id } = JSON.parse(process.env.BRIDGE);
const api = ShopeeOpenAPI({ host, partner_id, partner_key, redirect });
let tokens = {};

const shop = api.createShop({
  shop_id,
  onGetAccessToken: async () => tokens.access_token,
  onRefreshAccessToken: async () => {
    tokens = await api.refreshAccessToken({ refresh_token: tokens.refresh_token, shop_id });
    return tokens.access_token;
  },
});

async function answer({ of, name, argument }) {
  if (of === "tokens") return (tokens = argument ?? tokens);
  const object = of === "api" ? api : of === "shop" ? shop : shop[of];
  try {
    return await object[name](...(argument === undefined ? [] : [argument]));
  } catch (error) {
    if (error.response) return { status: error.response.status, ...error.response.data };
    throw error;
  }
}

function names(object) {
  return Object.getOwnPropertyNames(Object.getPrototypeOf(object))
    .filter((name) => name !== "constructor" && typeof object[name] === "function");
}

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const call = JSON.parse(line);
  const found = call.of === "names"
    ? Object.fromEntries([["api", api], ["shop", shop], ...["Chat", "Order", "Product"].map((n) => [n, shop[n]])]
      .map(([name, object]) => [name, names(object)]))
    : await answer(call);
  console.log(JSON.stringify(found));
});
