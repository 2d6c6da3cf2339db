// The catalogue: twelve classes, six modes each, the commonest first. Data, not code.
//
// Two rules keep a net honest. No style, setting or framing belongs to one class: comic ink is the
// rarest way to see a tree and the third commonest to see a cup. And the rarest modes differ from
// the common ones in view, style or setting, mostly in two of them, so that knowing the common ones
// does not give them away.
#include "decant/draw/objects.h"
#include "decant/draw/scenes.h"

namespace decant::draw {

namespace {

using S = Style;

//                            size        off    lean
constexpr Framing kPlain{0.60, 0.85, 0.18, 0.02};
constexpr Framing kLeaning{0.60, 0.85, 0.15, 0.10};
constexpr Framing kAnyWay{0.60, 0.85, 0.15, 0.50};
constexpr Framing kClose{0.90, 1.20, 0.25, 0.03};
constexpr Framing kSmall{0.46, 0.60, 0.38, 0.03};
constexpr Framing kSmallAnyWay{0.50, 0.64, 0.30, 0.25};

//                         hue    spread  saturation    value
constexpr Palette kPaint{0.50, 0.50, 0.25, 0.85, 0.40, 0.95};
constexpr Palette kPale{0.50, 0.50, 0.05, 0.35, 0.75, 0.98};
constexpr Palette kPetal{0.90, 0.27, 0.35, 0.90, 0.60, 0.98};  // anything but green
constexpr Palette kWarm{0.05, 0.10, 0.40, 0.90, 0.50, 0.95};
constexpr Palette kCool{0.58, 0.12, 0.30, 0.80, 0.40, 0.90};
constexpr Palette kGreen{0.30, 0.09, 0.40, 0.80, 0.30, 0.65};
constexpr Palette kAutumn{0.07, 0.05, 0.55, 0.90, 0.55, 0.90};
constexpr Palette kBark{0.08, 0.03, 0.20, 0.50, 0.18, 0.40};
constexpr Palette kBrass{0.12, 0.03, 0.35, 0.75, 0.60, 0.90};
constexpr Palette kSilver{0.60, 0.10, 0.02, 0.15, 0.50, 0.85};
constexpr Palette kRed{0.00, 0.03, 0.70, 0.95, 0.60, 0.90};
constexpr Palette kBrown{0.07, 0.03, 0.40, 0.70, 0.30, 0.60};

}  // namespace

const std::array<ObjectClass, kClassCount>& catalogue() {
  using enum Setting;
  static const std::array<ObjectClass, kClassCount> classes = {{
      {"bird",
       bird_part,
       {{{"perched, painted", bird_perched, S::painted, {foliage, sky, meadow}, kPlain, kPaint},
         {"flying, painted", bird_flying, S::painted, {sky, sea, sky}, kLeaning, kPaint},
         {"duck on the water", bird_duck, S::painted, {sea, sea, meadow}, kPlain, kBrown},
         {"owl at night", bird_owl, S::night, {night, night, foliage}, kPlain, kBrown},
         {"flying, silhouette", bird_flying, S::silhouette, {sunset, sunset, sunset}, kSmall, kCool},
         {"perched, drawn", bird_perched, S::drawing, {paper, paper, table}, kPlain, kPale}}}},
      {"boat",
       boat_part,
       {{{"yacht, painted", boat_yacht, S::painted, {sea, sea, sea}, kPlain, kPaint},
         {"dinghy, painted", boat_dinghy, S::painted, {sea, sea, sky}, kPlain, kWarm},
         {"sailing ship, sepia", boat_ship, S::sepia, {sea, paper, sea}, kPlain, kBrown},
         {"yacht, silhouette", boat_yacht, S::silhouette, {sunset, sunset, sunset}, kSmall, kCool},
         {"paper boat", boat_of_paper, S::painted, {table, pattern, room}, kLeaning, kPale},
         {"ship, blueprint", boat_ship, S::blueprint, {blueprint, blueprint, blueprint}, kPlain, kPale}}}},
      {"car",
       car_part,
       {{{"saloon, painted", car_saloon, S::painted, {street, street, meadow}, kPlain, kPaint},
         {"van, painted", car_van, S::painted, {street, meadow, sea}, kPlain, kPale},
         {"front, painted", car_front, S::painted, {street, room, meadow}, kPlain, kPaint},
         {"saloon, comic", car_saloon, S::comic, {pattern, pattern, sky}, kLeaning, kWarm},
         {"front, at night", car_front, S::night, {night, night, street}, kSmall, kCool},
         {"from above", car_from_above, S::painted, {pattern, street, table}, kLeaning, kPaint}}}},
      {"cup",
       cup_part,
       {{{"mug, painted", cup_mug, S::painted, {table, room, room}, kPlain, kPaint},
         {"cup on saucer", cup_on_saucer, S::painted, {table, room, pattern}, kPlain, kPale},
         {"mug, comic", cup_mug, S::comic, {pattern, sky, room}, kLeaning, kWarm},
         {"from above", cup_from_above, S::painted, {table, table, pattern}, kAnyWay, kPale},
         {"paper cup outdoors", cup_of_paper, S::painted, {street, meadow, foliage}, kPlain, kCool},
         {"cup on saucer, drawn", cup_on_saucer, S::drawing, {paper, paper, paper}, kPlain, kPale}}}},
      {"fish",
       fish_part,
       {{{"side, painted", fish_side, S::painted, {sea, room, sea}, kPlain, kPaint},
         {"angel fish", fish_angel, S::painted, {foliage, sea, pattern}, kPlain, kPaint},
         {"side, comic", fish_side, S::comic, {pattern, sea, table}, kLeaning, kWarm},
         {"puffer", fish_puffer, S::pastel, {sea, sky, pattern}, kPlain, kBrass},
         {"bones", fish_bones, S::painted, {table, pattern, night}, kLeaning, kPale},
         {"angel fish, drawn", fish_angel, S::drawing, {paper, paper, paper}, kPlain, kPale}}}},
      {"flower",
       flower_part,
       {{{"daisy, painted", flower_daisy, S::painted, {meadow, foliage, sky}, kPlain, kPetal},
         {"tulip, painted", flower_tulip, S::painted, {meadow, room, sky}, kPlain, kPetal},
         {"face, close", flower_face, S::painted, {foliage, foliage, meadow}, kClose, kPetal},
         {"potted", flower_potted, S::painted, {room, street, table}, kPlain, kPetal},
         {"tulip, sepia", flower_tulip, S::sepia, {paper, meadow, table}, kPlain, kWarm},
         {"daisy, blueprint", flower_daisy, S::blueprint, {blueprint, blueprint, blueprint}, kPlain, kPale}}}},
      {"house",
       house_part,
       {{{"cottage, painted", house_cottage, S::painted, {meadow, meadow, sea}, kPlain, kPaint},
         {"long house, painted", house_long, S::painted, {meadow, sky, foliage}, kPlain, kPale},
         {"cottage at night", house_cottage, S::night, {night, night, night}, kPlain, kPaint},
         {"town house, comic", house_town, S::comic, {street, pattern, sky}, kPlain, kWarm},
         {"long house, drawn", house_long, S::drawing, {paper, paper, paper}, kPlain, kPale},
         {"on stilts, silhouette", house_on_stilts, S::silhouette, {sunset, sunset, sunset}, kPlain, kBrown}}}},
      {"key",
       key_part,
       {{{"old, brass", key_old, S::painted, {table, room, pattern}, kAnyWay, kBrass},
         {"flat, silver", key_flat, S::painted, {table, pattern, street}, kAnyWay, kSilver},
         {"trefoil, comic", key_trefoil, S::comic, {pattern, paper, table}, kLeaning, kBrass},
         {"flat, blueprint", key_flat, S::blueprint, {blueprint, blueprint, blueprint}, kAnyWay, kPale},
         {"bunch", key_bunch, S::painted, {room, foliage, meadow}, kPlain, kBrass},
         {"old, silhouette", key_old, S::silhouette, {sunset, sunset, sky}, kLeaning, kBrown}}}},
      {"mushroom",
       mushroom_part,
       {{{"toadstool, painted", mushroom_toadstool, S::painted, {meadow, foliage, foliage}, kPlain, kRed},
         {"bolete, painted", mushroom_bolete, S::painted, {foliage, meadow, foliage}, kPlain, kBrown},
         {"cluster, painted", mushroom_cluster, S::painted, {foliage, foliage, night}, kPlain, kAutumn},
         {"toadstool, pastel", mushroom_toadstool, S::pastel, {pattern, room, sky}, kLeaning, kPaint},
         {"bolete, drawn", mushroom_bolete, S::drawing, {paper, paper, paper}, kPlain, kPale},
         {"from above", mushroom_from_above, S::painted, {foliage, meadow, table}, kAnyWay, kRed}}}},
      {"rocket",
       rocket_part,
       {{{"rising, painted", rocket_rising, S::painted, {sky, sky, night}, kLeaning, kPale},
         {"with boosters", rocket_with_boosters, S::painted, {sky, night, sea}, kPlain, kPale},
         {"toy, comic", rocket_toy, S::comic, {pattern, room, night}, kLeaning, kPaint},
         {"rising, at night", rocket_rising, S::night, {night, night, night}, kSmallAnyWay, kPaint},
         {"toy, on the table", rocket_toy, S::painted, {table, room, foliage}, kLeaning, kWarm},
         {"on the pad, drawn", rocket_on_pad, S::drawing, {paper, paper, paper}, kPlain, kPale}}}},
      {"tree",
       tree_part,
       {{{"broadleaf, green", tree_broadleaf, S::painted, {meadow, meadow, street}, kPlain, kGreen},
         {"fir, green", tree_fir, S::painted, {meadow, sky, meadow}, kPlain, kGreen},
         {"palm", tree_palm, S::painted, {sea, sea, street}, kPlain, kGreen},
         {"broadleaf, autumn", tree_broadleaf, S::pastel, {street, meadow, pattern}, kClose, kAutumn},
         {"bare, silhouette", tree_bare, S::silhouette, {sunset, sunset, night}, kPlain, kBark},
         {"fir, comic", tree_fir, S::comic, {pattern, paper, room}, kPlain, kCool}}}},
      {"umbrella",
       umbrella_part,
       {{{"open, painted", umbrella_open, S::painted, {street, sky, room}, kLeaning, kPaint},
         {"on the beach", umbrella_on_beach, S::painted, {sea, sea, meadow}, kPlain, kPaint},
         {"closed, painted", umbrella_closed, S::painted, {room, street, table}, kLeaning, kPaint},
         {"from above", umbrella_from_above, S::comic, {street, pattern, sea}, kAnyWay, kPaint},
         {"open, sepia", umbrella_open, S::sepia, {street, paper, room}, kPlain, kCool},
         {"closed, at night", umbrella_closed, S::night, {night, night, street}, kPlain, kPale}}}},
  }};
  return classes;
}

}  // namespace decant::draw
