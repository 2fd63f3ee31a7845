/// The style sheet of a page: one column on a phone, cards side by side where there is room, light or dark as the
/// reader's system is, and plain black on white in print.
enum HTMLStyle {
    static let sheet = """
        :root{color-scheme:light dark;\(Palette.light.css)}
        @media screen and (prefers-color-scheme:dark){:root{\(Palette.dark.css)}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
        body{margin:0;background:var(--bg);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
        .page{max-width:76rem;margin:0 auto;padding:1.25rem 1rem 4rem}
        h1{font-size:1.7rem;line-height:1.2;margin:.25rem 0 .5rem}
        h2{font-size:1.35rem;line-height:1.25;margin:2.75rem 0 .75rem;padding-top:.75rem;border-top:2px solid var(--rule)}
        h3{font-size:1.1rem;line-height:1.3;margin:1.75rem 0 .5rem}
        h4{font-size:1rem;margin:1rem 0 .25rem}
        p,ul,ol,dl{margin:.5rem 0 .75rem;max-width:46rem}
        li{margin:.15rem 0}
        a{color:var(--link);text-underline-offset:.15em}
        a:focus-visible,button:focus-visible,input:focus-visible,.scroll:focus-visible,pre:focus-visible{outline:3px solid \
        var(--link);outline-offset:2px}
        .skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:1rem;background:var(--bg);padding:.5rem}
        .lead{color:var(--muted);margin-top:0}
        .muted{color:var(--muted)}
        nav{background:var(--surface);border:1px solid var(--rule);border-radius:.6rem;padding:.6rem 1rem;margin:1.25rem 0}
        nav h2{all:unset;display:block;font-weight:600}
        nav ul{list-style:none;margin:.25rem 0;padding:0;max-width:none;columns:26rem 2;column-gap:2rem}
        nav ul ul{columns:auto;padding-left:1rem;margin:0;display:flex;flex-wrap:wrap;gap:0 1rem}
        nav li{break-inside:avoid}
        nav a{display:inline-block;padding:.2rem 0}
        .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,9.5rem),1fr));gap:.75rem;margin:1rem 0;\
        max-width:none}
        .tile{background:var(--surface);border:1px solid var(--rule);border-radius:.6rem;padding:.6rem .8rem}
        .tile dt{font-size:.85rem;color:var(--muted)}
        .tile dd{margin:0;font-size:1.35rem;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}
        .tile dd small{display:block;font-size:.85rem;font-weight:400;color:var(--muted)}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem;margin:.75rem 0}
        figure{margin:0;background:var(--surface);border:1px solid var(--rule);border-radius:.6rem;padding:.7rem .8rem;\
        break-inside:avoid;min-width:0}
        figure.wide{margin:.75rem 0}
        figcaption{font-weight:600;margin-bottom:.35rem}
        figcaption small,.note{display:block;font-weight:400;font-size:.875rem;color:var(--muted)}
        figure svg.plot{display:block;width:100%;height:auto;max-width:34rem;margin:0 auto}
        figure.wide svg.plot{max-width:44rem;margin:0}
        .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:0;margin:.35rem 0 0;font-size:.875rem;\
        max-width:none}
        .legend svg{width:2.1rem;height:.8rem;vertical-align:-.05rem;margin-right:.35rem}
        .legend.scale svg{width:9rem}
        figure svg.plot.strip{min-width:42rem;max-width:56rem;margin:0}figure .scroll{border:0;margin:0}
        svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--muted);\
        font-variant-numeric:tabular-nums}
        svg text.e{text-anchor:end}svg text.m{text-anchor:middle}svg text.l{fill:var(--text)}
        .grid{stroke:var(--rule);stroke-width:1;fill:none;shape-rendering:crispEdges}
        .frame{stroke:var(--muted);stroke-width:1;fill:none;shape-rendering:crispEdges}
        .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .dot{fill:none;stroke-linecap:round;stroke-width:4}.dot.r3{stroke-width:7}
        .area{stroke:none;opacity:.22}
        .ref{stroke:var(--muted);stroke-width:1.25;stroke-dasharray:2 4;fill:none}
        \(series)
        .d1{stroke-dasharray:7 4}.d2{stroke-dasharray:1.5 4}.d3{stroke-dasharray:9 3 2 3}.d4{stroke-dasharray:4 2}
        .fit{width:fit-content}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:0 1rem}
        .scroll{overflow-x:auto;margin:.75rem 0;max-width:100%;border:1px solid var(--rule);border-radius:.6rem}
        table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
        .fit table{min-width:18rem}
        caption{caption-side:top;text-align:left;font-weight:600;padding:.5rem .7rem;position:sticky;left:0}
        caption small{display:block;font-weight:400;color:var(--muted)}
        th,td{padding:.32rem .7rem;text-align:right;vertical-align:top;border-top:1px solid var(--rule);white-space:nowrap}
        thead th{background:var(--surface);font-weight:600;vertical-align:bottom;white-space:normal;overflow-wrap:normal}
        th.t,td.t,th[scope=row],th:first-child{text-align:left}
        th[scope=row]{font-weight:500;white-space:normal;overflow-wrap:anywhere;min-width:7rem;max-width:20rem}
        table th:first-child{position:sticky;left:0;background:var(--bg)}
        thead th:first-child{background:var(--surface);z-index:2}
        td.w{white-space:normal;overflow-wrap:anywhere;min-width:12rem}
        td small{color:var(--muted)}
        table:not(.heat) td small{display:block}
        th button{font:inherit;color:inherit;background:none;border:0;padding:0;margin:0;cursor:pointer;text-align:inherit;\
        text-decoration:underline dotted;text-underline-offset:.2em}
        th[aria-sort=ascending] button::after{content:" \\25B2"}
        th[aria-sort=descending] button::after{content:" \\25BC"}
        .search{display:flex;flex-wrap:wrap;gap:.4rem .75rem;align-items:center;margin:.75rem 0 0}
        .search[hidden]{display:none}
        .search input{font:inherit;padding:.35rem .6rem;border:1px solid var(--muted);border-radius:.4rem;\
        background:var(--bg);color:var(--text);min-width:0;flex:1 1 12rem;max-width:24rem}
        .tall{max-height:34rem;overflow-y:auto}
        .tall thead th{position:sticky;top:0;z-index:1}
        \(heat)
        .warnings{list-style:none;padding:0;max-width:none}
        .warnings li{background:var(--warn-bg);color:var(--warn);border:1px solid var(--warn-rule);border-left-width:.35rem;\
        border-radius:.4rem;padding:.5rem .8rem;margin:.5rem 0}
        .warnings li.info{background:var(--surface);color:var(--text);border-color:var(--rule)}
        pre{background:var(--surface);border:1px solid var(--rule);border-radius:.6rem;padding:.7rem .9rem;font:.85rem/1.45 \
        ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:.75rem 0}
        code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        dl.glossary dt{font-weight:600;margin-top:.6rem}
        dl.glossary dd{margin:0 0 0 1rem}
        footer{margin-top:3rem;border-top:1px solid var(--rule);color:var(--muted);font-size:.875rem}
        @media (max-width:30rem){th[scope=row]{min-width:5.5rem;max-width:9rem}th,td{padding:.3rem .5rem}h1{font-size:1.45rem}h2{font-size:1.25rem}}
        @media print{body{font-size:10pt}.page{max-width:none;padding:0}nav,.search,.skip{display:none!important}\
        h2,h3,h4,caption,.lead{break-after:avoid}figure,.tile,tr,.warnings li{break-inside:avoid}thead{display:table-header-group}\
        .scroll,.tall{overflow:visible;max-height:none;border:0}table{font-size:7.5pt}th,td{padding:.12rem .2rem;white-space:normal}\
        td small{font-size:6pt}caption{padding:.3rem .2rem}table.many{font-size:6.2pt}.many td small{font-size:5.2pt}\
        .many th,.many td{padding:.1rem .12rem}.many th[scope=row]{min-width:3rem}\
        caption{position:static}.tall thead th{position:static}\
        .cards{grid-template-columns:1fr 1fr 1fr;gap:.5rem}.pair{grid-template-columns:1fr 1fr}figure{padding:.4rem .5rem}\
        th[scope=row]{min-width:6rem}td.w{min-width:6rem}table th:first-child{position:static}.fit{break-inside:avoid}\
        .heat td,.tile,figure,thead th,svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}\
        a{color:inherit;text-decoration:none}tr[hidden]{display:table-row!important}}
        @media (forced-colors:active){.line{stroke:CanvasText}.fill{fill:CanvasText}}
        """

    /// A stroke and a fill for each series.
    private static let series = Palette.light.series.indices.map {
        ".s\($0){stroke:var(--s\($0))}.f\($0){fill:var(--s\($0))}"
    }.joined()

    /// Cells of a table and areas of a drawing by step.
    private static let heat = Palette.light.heat.indices.map {
        "td.h\($0){background:var(--h\($0));color:var(--t\($0))}td.h\($0) small{color:inherit}svg .h\($0){fill:var(--h\($0))}"
            + "svg text.t\($0){fill:var(--t\($0))}"
    }.joined()
}
