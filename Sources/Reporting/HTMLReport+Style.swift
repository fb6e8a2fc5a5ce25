extension HTMLReport {
    /// Screen first, then A4: a table keeps its head on every page, no row, chart or heading is torn from what it belongs to.
    static let style: StaticString = """
        :root{color-scheme:light;--line:#d5dbe1;--quiet:#566270;--good:#1f7a3d;--fair:#8a5a00;--bad:#b3261e;--unknown:#566270}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:16px 20px 32px;max-width:1040px;background:#fff;color:#1a2027;font:14px/1.45 system-ui,"DejaVu Sans",sans-serif}
        h1{margin:0 0 4px;font-size:24px}h2{margin:0 0 6px;font-size:17px}h3{margin:0 0 2px;font-size:14px;overflow-wrap:anywhere}
        p,ul,dl,dd{margin:0}p{overflow-wrap:anywhere}
        .quiet{color:var(--quiet);font-weight:400}.nothing{padding:8px 0;color:var(--quiet)}
        code,.m{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:12.5px}
        code,.m,dd,h3{unicode-bidi:isolate}
        section{margin:0 0 26px}
        .tiles{display:flex;flex-wrap:wrap;gap:8px 20px;margin:12px 0 18px}
        .tiles dd{font-size:19px;font-weight:600}.tiles dt{color:var(--quiet);font-size:13px}
        .seen{padding:10px 14px;border:1px solid var(--line);border-left:5px solid;border-radius:4px}
        .seen li{overflow-wrap:anywhere}.seen ul{padding-left:18px}.seen table{margin-top:8px}
        .seen.good{border-left-color:var(--good)}.seen.fair{border-left-color:var(--fair)}
        .seen.bad{border-left-color:var(--bad)}.seen.unknown{border-left-color:var(--unknown)}
        .seen.good h2{color:var(--good)}.seen.fair h2{color:var(--fair)}.seen.bad h2{color:var(--bad)}
        .chart{display:block;width:100%;height:auto}.chart text{fill:var(--quiet);font-size:11px}
        .grid{stroke:var(--line)}.tick{stroke:var(--quiet)}
        .c0{fill:#8a94a0}.c1{fill:#2f74b5}.c2{fill:#e08b27}.c3{fill:#3f9a5a}.c4{fill:#8a63b8}.c5{fill:#c2566a}.c6{fill:#3aa0a8}.c7{fill:#a58b2c}
        .answered{fill:#9cc3e6}.back{fill:#eef1f4}
        .legend{display:flex;flex-wrap:wrap;gap:2px 16px;padding:0;list-style:none;font-size:13px}
        table{width:100%;border-collapse:collapse;font-size:13px}
        th{padding:3px 8px;border-bottom:1px solid #aab4be;text-align:left;color:var(--quiet);font-weight:600;vertical-align:bottom}
        td{padding:3px 8px;border-bottom:1px solid #e8ecef;vertical-align:top;overflow-wrap:anywhere}
        th:first-child,td:first-child{padding-left:0}
        .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;overflow-wrap:normal}
        .e{width:44%}.e span{display:inline-block;max-width:100%}
        .b{width:16%;min-width:60px}.b svg{display:block;width:100%;height:10px;margin-top:5px}
        article{margin:10px 0;padding:8px 0 0;border-top:1px solid var(--line)}
        .badge{padding:0 7px;border-radius:3px;color:#fff;background:#5b6673;font-size:12px}
        .badge.critical{background:#8c1d40}.badge.high{background:#b3261e}.badge.medium{background:#9a5b00}.badge.low{background:#2d6a94}
        .state{font-weight:400;font-size:13px}.state.capturing{color:var(--good)}.state.silent{color:var(--bad)}.state.gone{color:var(--unknown)}
        .pairs{display:grid;grid-template-columns:minmax(80px,max-content) minmax(0,1fr);gap:0 14px;margin:2px 0 6px;font-size:13px}
        .pairs dt{color:var(--quiet)}.pairs dd{overflow-wrap:anywhere}
        footer{color:var(--quiet);font-size:12px;border-top:1px solid var(--line);padding-top:8px}
        @page{size:A4;margin:14mm 13mm}
        @media print{
        body{max-width:none;padding:0;font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        h1,h2,h3,.quiet{break-after:avoid}thead{display:table-header-group}tr,.whole,.tiles,.pairs{break-inside:avoid}
        .seen ul,header{break-inside:avoid}article h3,article .pairs{break-after:avoid}
        section{margin-bottom:16pt}p,li{orphans:3;widows:3}
        }
        """
}
