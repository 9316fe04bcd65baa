"""Trades on a venue with a class of ccxt, and says what it did: `ccxt_client.py wex|yobit URL KEY SECRET`.

Every step is checked against figures that follow from the one before. The venue quotes btc_usd around 230 and the
account has usd and btc to spend.
"""

import itertools
import json
import sys
import time

import ccxt


def connect(name, url, key, secret):
    exchange = getattr(ccxt, name)({"apiKey": key, "secret": secret, "enableRateLimit": False})
    exchange.urls["api"] = {"public": url + "/api", "private": url + "/tapi"}
    # Its own nonce is the current second: two calls within one would be refused.
    counter = itertools.count(int(time.time()))
    exchange.nonce = lambda: next(counter)
    return exchange


def say(step, value):
    print(f"{step}: {json.dumps(value, default=str)[:300]}")
    return value


def same(found, expected, what):
    if abs(float(found) - float(expected)) > 1e-9:
        sys.exit(f"{what}: {found}, expected {expected}")


def main(name, url, key, secret):
    exchange = connect(name, url, key, secret)
    symbol = "BTC/USD"
    say("load_markets", sorted(exchange.load_markets()))
    ticker = say("fetch_ticker", exchange.fetch_ticker(symbol))
    assert ticker["bid"] < ticker["ask"], "bid and ask are the wrong way round"
    book = say("fetch_order_book", exchange.fetch_order_book(symbol))
    same(book["bids"][0][0], ticker["bid"], "the best bid")
    same(book["asks"][0][0], ticker["ask"], "the best ask")
    trades = say("fetch_trades", exchange.fetch_trades(symbol))
    assert trades and trades[0]["price"] > 0
    before = exchange.fetch_balance()
    say("fetch_balance", {coin: before[coin] for coin in ("BTC", "USD")})

    resting = say("create an order that rests", exchange.create_order(symbol, "limit", "buy", 0.5, 200))
    assert resting["id"] and resting["id"] != "0"
    opened = say("fetch_open_orders", exchange.fetch_open_orders(symbol))
    assert [order["id"] for order in opened] == [resting["id"]], "the order that rests is not open"
    one = say("fetch_order", exchange.fetch_order(resting["id"], symbol))
    assert one["status"] == "open"
    same(one["remaining"], 0.5, "what is left of it")
    same(exchange.fetch_balance()["USD"]["free"], before["USD"]["free"] - 100, "usd while it rests")
    say("cancel_order", exchange.cancel_order(resting["id"], symbol))
    assert exchange.fetch_order(resting["id"], symbol)["status"] == "canceled"
    assert exchange.fetch_open_orders(symbol) == []
    same(exchange.fetch_balance()["USD"]["free"], before["USD"]["free"], "usd once it is canceled")

    price = book["asks"][0][0]
    filled = say("create an order that fills", exchange.create_order(symbol, "limit", "buy", 0.1, price))
    assert filled["status"] == "closed" or float(filled["remaining"]) == 0
    after = exchange.fetch_balance()
    say("fetch_balance", {coin: after[coin] for coin in ("BTC", "USD")})
    same(after["USD"]["free"], before["USD"]["free"] - 0.1 * price, "usd after the fill")
    same(after["BTC"]["free"], before["BTC"]["free"] + 0.1 * 0.998, "btc after the fill, without the fee")
    mine = say("fetch_my_trades", exchange.fetch_my_trades(symbol))
    assert mine[-1]["side"] == "buy"
    same(mine[-1]["amount"], 0.1, "the amount of the fill")
    same(mine[-1]["price"], price, "the price of the fill")

    for what, call, expected in [
        ("too much", lambda: exchange.create_order(symbol, "limit", "sell", 100000, 300), ccxt.ExchangeError),
        ("a canceled order", lambda: exchange.cancel_order(resting["id"], symbol), ccxt.ExchangeError),
        ("an unknown pair", lambda: exchange.publicGetTickerPair({"pair": "xxx_yyy"}), ccxt.ExchangeError),
    ]:
        try:
            call()
        except expected as error:
            print(f"{what}: {type(error).__name__}: {error}")
        else:
            sys.exit(f"{what}: no error")
    print(f"ccxt {ccxt.__version__} {name}: all is well")


if __name__ == "__main__":
    main(*sys.argv[1:])
