"""Simulated demo market (no third-party data): fictional issuers, calibrated to measured moments.

Reads calibration.json + intraday_profile.csv (derived statistics only), writes Parquet/CSV next to it.
Own work of this project: free to ship and to change.  numpy + pandas + pyarrow only.  Deterministic for a seed.
"""
import json, sys
from pathlib import Path
import numpy as np, pandas as pd, pyarrow as pa, pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
SEED, N, DAYS, I5_DAYS = 20261030, 160, 756, 10
END = "2026-10-30"


def calendar(end, n):
    # weekdays minus a small NYSE-like holiday rule set good enough for a demo
    d = pd.bdate_range(end=end, periods=n + 60)
    hol = set()
    for y in range(d[0].year, d[-1].year + 1):
        for md in ("01-01", "06-19", "07-04", "12-25"):
            hol.add(pd.Timestamp(f"{y}-{md}"))
        nth = lambda m, wd, k: [x for x in pd.date_range(f"{y}-{m:02d}-01", periods=31) if x.month == m and x.weekday() == wd][k]
        hol |= {nth(1, 0, 2), nth(2, 0, 2), nth(5, 0, -1), nth(9, 0, 0), nth(11, 3, 3)}
    return pd.DatetimeIndex([x for x in d if x not in hol][-n:])


def main(out=HERE):
    cal = json.loads((HERE / "calibration.json").read_text())
    prof = pd.read_csv(HERE / "intraday_profile.csv")
    rng = np.random.default_rng(SEED)
    days = calendar(END, DAYS)
    sectors = list(cal["sector_factor_vol_ann"])
    share = np.array([.12, .16, .14, .08, .14, .06, .05, .06, .10, .05, .04])
    sec = np.repeat(np.arange(11), np.round(share * N).astype(int))[:N]
    sec = np.concatenate([sec, rng.integers(0, 11, N - len(sec))])
    q = lambda dct, u: np.interp(u, [float(k) for k in dct], list(dct.values()))
    beta, idv = q(cal["beta_quantiles"], rng.random(N)), q(cal["idio_vol_ann_quantiles"], rng.random(N))
    # daily log-vol states: AR(1) so that 21-day averages have about the measured autocorrelation
    def vol_path(sd, phi, n, k):
        x = np.zeros((n, k)); e = rng.standard_normal((n, k)) * sd * np.sqrt(1 - phi**2)
        x[0] = rng.standard_normal(k) * sd
        for t in range(1, n):
            x[t] = phi * x[t - 1] + e[t]
        return np.exp(x - sd**2)
    mv = vol_path(.45, .975, DAYS, 1)[:, 0]
    # scripted stress: a spring sell-off and an autumn one-day shock, so that a demo has something to harvest
    mv[400:428] *= 1.9; mv[-9] *= 3.0
    t5 = lambda *s: rng.standard_t(5, s) / np.sqrt(5 / 3)
    shock = np.zeros(DAYS); shock[402:412] = -.009; shock[-9] = -.021
    m = mv * cal["market_vol_ann"] / np.sqrt(252) * t5(DAYS) * .85 + .00032 + shock
    sv = np.array([cal["sector_factor_vol_ann"][s] for s in sectors]) * .8
    s = t5(DAYS, 11) * sv / np.sqrt(252) * np.sqrt(mv)[:, None]
    iv = vol_path(.33, .97, DAYS, N)
    e = t5(DAYS, N) * idv / np.sqrt(252) * iv
    jump = (rng.random((DAYS, N)) < 4 / 252 * .35) * rng.standard_normal((DAYS, N)) * .055  # earnings-like gaps
    r = beta * m[:, None] + s[:, sec] + e + jump                                          # close-to-close log returns
    on = cal["overnight_variance_share"]
    w = rng.normal(on, .12, (DAYS, N)).clip(.02, .9)
    r_on = r * w + np.sqrt(on * (1 - on)) * rng.standard_normal((DAYS, N)) * idv / np.sqrt(252) * .55
    r_on = np.where(np.abs(jump) > 0, r_on * .3 + jump, r_on); r_oc = r - r_on
    # symbols
    syl = ["AL", "BE", "CO", "DA", "EX", "FI", "GA", "HE", "IN", "JU", "KE", "LO", "MA", "NO", "OR", "PA", "QU", "RI", "SO", "TE", "UL", "VE", "WI", "XA", "YO", "ZE"]
    sym, seen = [], set()
    while len(sym) < N:
        c = rng.choice(syl) + rng.choice(syl)
        if c not in seen: seen.add(c); sym.append("X" + c)      # 5-letter, X-prefixed: visibly fictional
    sym[1] = sym[0] + ".B"                                      # one issuer with two share classes
    sec[1] = sec[0]; r_on[:, 1] = r_on[:, 0] + rng.standard_normal(DAYS) * .0005; r_oc[:, 1] = r_oc[:, 0] + rng.standard_normal(DAYS) * .001
    p0 = np.exp(rng.normal(np.log(95), .75, N)).clip(8, 900)
    lc = np.cumsum(r_on + r_oc, axis=0); close = p0 * np.exp(lc); openp = np.vstack([p0, close[:-1]]) * np.exp(r_on)
    dv = q(cal["dollar_volume_median_quantiles_musd"], np.argsort(np.argsort(p0 * rng.lognormal(0, 1, N))) / N) * 1e6
    volu = (dv / close) * np.exp(.35 * rng.standard_normal((DAYS, N))) * (.6 + .4 * (np.abs(r) / np.abs(r).mean(0)))
    split = np.ones((DAYS, N)); div = np.zeros((DAYS, N))
    for k, ratio in ((7, 4.), (33, 2.), (71, 10.), (90, .1)): split[rng.integers(80, DAYS - 40), k] = ratio
    fut = np.cumprod(split[::-1], axis=0)[::-1] / split           # product of later splits
    raw = lambda x: x * fut / fut[-1]
    close, openp, volu = raw(close), raw(openp), volu / (fut / fut[-1])
    for k in rng.choice(N, int(N * .72), replace=False):
        y = rng.uniform(.004, .035); off = rng.integers(0, 63)
        for t in range(off, DAYS, 63): div[t, k] = round(close[t, k] * y / 4, 2)
    ret = (close + div) * split / np.vstack([close[:1], close[:-1]]) - 1; ret[0] = 0
    adj = close[-1] * np.cumprod(1 + ret, axis=0) / np.prod(1 + ret, axis=0)
    # intraday: bridge of open->close with measured variance profile, student-t innovations
    def bars(day, step):
        nb = 390 // step; u = prof.var_share_2025.to_numpy(); u = np.repeat(u / 5, 5) if step == 1 else u
        u = u / u.sum(); z = t5(nb, N); z = z * np.sqrt(u)[:, None]
        sig = np.maximum(np.abs(r_oc[day]), idv / np.sqrt(252) * .8 * iv[day]); common = t5(nb) * np.sqrt(u)
        x = (.43 * common[:, None] + .9 * z) * sig; path = np.cumsum(x, axis=0)
        path += (r_oc[day] - path[-1]) * np.cumsum(u)[:, None]
        c = openp[day] * np.exp(path); o = np.vstack([openp[day], c[:-1]])
        wig = np.abs(rng.standard_normal((2, nb, N))) * sig * np.sqrt(u)[:, None] * .45
        h = np.maximum(o, c) * np.exp(wig[0]); l = np.minimum(o, c) * np.exp(-wig[1])
        vs = prof.vol_share_2025.to_numpy(); vs = np.repeat(vs / 5, 5) if step == 1 else vs
        v = volu[day] * vs[:, None] / vs.sum() * rng.lognormal(0, .35, (nb, N))
        ts = days[day] + pd.to_timedelta(570 + step * np.arange(nb), unit="m")
        return ts, o, h, l, c, v
    def frame(sets):
        f = []
        for ts, o, h, l, c, v in sets:
            f.append(pd.DataFrame({"ticker": np.tile(sym, len(ts)), "ts": np.repeat(ts, N), "open": o.ravel(), "high": h.ravel(), "low": l.ravel(), "close": c.ravel(), "volume": v.ravel()}))
        return pd.concat(f).sort_values(["ticker", "ts"])
    def save(df, name, prices, vol="volume"):
        df = df.copy()
        for c in prices: df[c] = df[c].round(2 if c != "adj_close" else 4).astype("float32")
        if vol in df: df[vol] = df[vol].round().astype("int32")
        df["ticker"] = df.ticker.astype("category")
        enc = {c: "BYTE_STREAM_SPLIT" for c in prices} | ({vol: "DELTA_BINARY_PACKED"} if vol in df else {})
        pq.write_table(pa.Table.from_pandas(df, preserve_index=False), out / name, compression="zstd", compression_level=19,
                       use_dictionary=[c for c in df if c not in enc], column_encoding=enc)
    sets5 = [bars(t, 5) for t in range(DAYS - I5_DAYS, DAYS)]
    save(frame(sets5), "demo_bars_5min.parquet", ["open", "high", "low", "close"])
    D = pd.DataFrame({"ticker": np.tile(sym, DAYS), "date": np.repeat(days.date, N), "open": openp.ravel(), "close": close.ravel(), "adj_close": adj.ravel(), "volume": volu.ravel(), "dividend": div.ravel(), "split": split.ravel()}).sort_values(["ticker", "date"])
    save(D, "demo_daily.parquet", ["open", "close", "adj_close"])
    cap = rng.lognormal(3.2, 1.25, N); cap[1] = cap[0] * .6; wt = cap / cap.sum()
    words = ["Alder", "Basalt", "Cobalt", "Dune", "Ember", "Fjord", "Grove", "Harbor", "Isle", "Juniper", "Kestrel", "Larch", "Mesa", "Nimbus", "Opal", "Prairie", "Quarry", "Ridge", "Sable", "Tundra"]
    tail = ["Systems", "Holdings", "Industries", "Group", "Labs", "Energy", "Foods", "Health", "Realty", "Financial"]
    S = pd.DataFrame({"ticker": sym, "name": [f"{words[i % 20]} {tail[(i // 20 + i) % 10]} (fictional)" for i in range(N)], "sector": [sectors[i] for i in sec], "weight": wt.round(6),
                      "issuer_id": [f"D{(0 if i == 1 else i):04d}" for i in range(N)], "half_spread_bps": np.interp(np.log(dv), [np.log(dv.min()), np.log(dv.max())], [4., .6]).round(2), "beta": beta.round(3)})
    S.to_csv(out / "demo_securities.csv", index=False)
    px = pd.Series(close[-1], index=sym)
    print("names", N, "days", DAYS, "median price", round(px.median(), 2))
    rr = np.diff(np.log(adj), axis=0); cc = np.corrcoef(rr.T); iu = np.triu_indices(N, 1)
    print("median vol", round(np.median(rr.std(0)) * np.sqrt(252), 3), "avg corr", round(cc[iu].mean(), 3), "mkt vol", round((rr @ wt).std() * np.sqrt(252), 3))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
