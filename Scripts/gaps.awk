# A table with gaps for the tests of kills and full disks: 3000 rows, 12 features, three objectives.
BEGIN { srand(7); printf "id"; for (j = 0; j < 12; j++) printf ",f%d", j; print ",a,b,c"
  for (i = 0; i < 3000; i++) { printf "r%d", i; s = 0; t = 0
    for (j = 0; j < 12; j++) { x = rand() * 2 - 1; printf ",%.5f", x; if (j < 4) s += x; else if (j < 8) t += x }
    printf ",%s", rand() < 0.6 ? "" : (s > 0 ? 1 : 0)
    printf ",%s", rand() < 0.6 ? "" : (t > 0.5 ? "high" : t > -0.5 ? "mid" : "low")
    printf ",%s\n", rand() < 0.6 ? "" : s * t } }
