/** Light and dark by the reader's choice, at least 4.5 : 1 for every text; on paper the breakdown is open. */
export const STYLE = `:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--back:#f3f5f7;--line:#d0d7de;--edge:#6e7781;--accent:#0b5cad;--on:#fff;--alert:#b3261e;--good:#1a7f37}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#a3adb8;--paper:#161b22;--back:#0d1117;--line:#30363d;--edge:#8b949e;--accent:#79b8ff;--on:#0d1117;--alert:#ff9a8f;--good:#56d364}}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:var(--back);font:1.0625rem/1.5 system-ui,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:40rem;margin:0 auto;padding:1rem 1.25rem}
header{font-weight:700;font-size:1.125rem;color:var(--accent)}
main{padding:1.5rem 1.25rem 2rem;background:var(--paper);border:1px solid var(--line);border-radius:.5rem}
footer{padding-bottom:3rem;color:var(--soft);font-size:.9375rem}footer p{margin:.25rem 0}
h1{margin:0 0 .75rem;font-size:1.75rem;line-height:1.2}
h2{margin:2rem 0 .5rem;font-size:1.25rem;line-height:1.3}
p{margin:0 0 1rem}ul{margin:0 0 1rem;padding-left:1.25rem}li{margin:.25rem 0}
dl{margin:1.5rem 0 1rem;border-top:1px solid var(--line)}
dl div,tr{border-bottom:1px solid var(--line)}
dl div{display:flex;gap:1rem;padding:.75rem 0}
dt{flex:0 0 9.5rem;color:var(--soft)}dd{flex:1;min-width:0;margin:0}
dd span,th span{display:block;color:var(--soft);font-size:.9375rem}
summary{padding:.5rem 0;color:var(--accent);cursor:pointer}
table{width:100%;border-collapse:collapse;margin:0 0 1rem}caption{text-align:left;color:var(--soft);padding:.25rem 0 .5rem}
th,td{padding:.5rem 0;text-align:left;vertical-align:top;font-weight:400}
td{padding-left:1rem;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
tfoot th,tfoot td,label{font-weight:600}
form{margin-top:2rem;border-top:1px solid var(--line)}
label{display:block;margin-top:1.25rem}
.hint{margin:0 0 .25rem;color:var(--soft);font-size:.9375rem}
input,textarea{display:block;width:100%;padding:.625rem .75rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:.375rem}
.short{width:8rem;text-transform:uppercase}
[aria-invalid]{border:2px solid var(--alert)}
.wrong{margin:0 0 .25rem;color:var(--alert);font-weight:600}
#declaration{margin:1.25rem 0 1rem}
button{min-height:2.75rem;padding:.625rem 1.25rem;font:inherit;font-weight:600;color:var(--on);background:var(--accent);border:1px solid var(--accent);border-radius:.375rem;cursor:pointer}
form+p,.quiet{margin-top:1rem}.quiet{color:var(--accent);background:none}
a{color:var(--accent)}[href^=tel]{white-space:nowrap}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.error,.state{padding:1rem 1.25rem;border:1px solid var(--line);border-left:.375rem solid var(--edge);border-radius:.375rem}
.error{margin-bottom:1.5rem;border-color:var(--alert)}.error h2{margin:0 0 .5rem}.error a{color:var(--alert)}
.error>:last-child,.state>:last-child{margin-bottom:0}.done{border-left-color:var(--good)}
.id{overflow-wrap:anywhere}
@media (max-width:30rem){main{border-width:1px 0;border-radius:0}dl div{display:block}form:not(:last-child) button{width:100%}}
@media print{body,main{background:none;border:0}form{display:none}details::details-content{content-visibility:visible;block-size:auto}summary{list-style:none}}
`;
