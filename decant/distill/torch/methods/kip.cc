// KIP: kernel inducing points (T. Nguyen, Z. Chen and J. Lee, "Dataset meta-learning from kernel
// ridge-regression", ICLR 2021, arXiv:2011.00050; T. Nguyen, R. Novak, L. Xiao and J. Lee, "Dataset
// distillation with infinitely wide convolutional networks", NeurIPS 2021, arXiv:2107.13034), and
// Label Solve of the same papers.
//
//     ½ mean over rows of ‖ K_ts (K_ss + λ tr(K_ss) / n · I)⁻¹ Y_s − Y_t ‖²
//
// K: the neural tangent kernel of an infinitely wide fully connected ReLU network (ntk.h). KIP
// moves pictures, and labels unless --teach hard is asked for; Label Solve leaves the pictures as
// they are and takes the labels that predict all real rows best, in closed form. No network is
// looked through: --net only says what trains on the set.
//
// Published code (github.com/google-research/google-research, kip/KIP.ipynb) works in float64 with
// 5,000 real rows a step and a rate of 0.04, and lets pixels leave their range, as is usual here
// for this method alone (--projection on keeps them in it): an infinitely wide net has no batch
// norm to mind, and it costs half a point. Here K_ss and the solution are float64, K_ts is float32
// as the pictures are; 1,000 rows a step, and Adam at 0.1 falling to zero: the rate is what limits
// short runs. MNIST, 50,000 training rows, 1,000 steps, right of the 10,000 training rows left out,
// in percent:
//
//                                   one picture a class    ten
//     rate 0.01                            89.1            95.7
//     rate 0.03                            89.9            96.3
//     rate 0.1                             90.2            96.6
//     rate 0.1, pixels in their range      89.5            96.3
//
// All in float32 gives the same 96.6; 5,000 rows a step 90.2 where 1,000 give 89.9 (one picture,
// rate 0.03); fixed labels 89.3 where learnt ones give 89.5 (one picture, pixels in their range).
//
// Accuracy by kernel regression is not that of a network trained on the set, which is lower. One
// picture a class, 500 steps, 87.3 % by the kernel, in percent of 1,000 rows left out, 300 steps of
// the field's protocol, two seeds each:
//
//                                          mlp    convnet+width=32
//     hard labels, cross entropy           75.6         55.0
//     learnt labels, squared error         72.2         41.6
//     centred classes, squared error       67.3         47.6
//
// A step: two products of (rows × d) and (d × n), a Cholesky factor of n × n. Memory: the batch,
// and some twenty matrices of rows × n. Label Solve: one pass over the real rows.
//
// Options: depth (1) of the network, kernel (ntk, or nngp: only the last layer learns).
#include <ATen/TensorOperators.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/distill/torch/methods/kernel_ridge.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/ntk.h"

namespace decant::distill {
namespace {

constexpr int64_t kRowsAtOnce = 2000;

struct WideKernel {
  WideNet net;
  bool tangent = true;

  Tensor operator()(const KernelPoints& a, const KernelPoints& b) const {
    const WideKernels kernels = wide_kernels(a, b, net);
    return tangent ? kernels.ntk : kernels.nngp;
  }
};

/// A synthetic set as what predicts.
struct InducingPoints {
  InducingPoints(const WideKernel& of, const Samples& synthetic)
      : kernel(of), points(kernel_points(synthetic.pictures)), labels(synthetic.targets) {
    const KernelPoints exact = kernel_points(synthetic.pictures.to(at::kDouble));
    own = kernel(exact, exact);
  }
  /// Made the other way round, so that the product of the gradient is not one with the rows
  /// transposed, which takes OpenBLAS twice the time.
  Tensor cross(const Tensor& pictures) const { return kernel(points, kernel_points(pictures)).t(); }
  Tensor predict(const Tensor& pictures) const { return ridge_prediction(cross(pictures), own, labels, kUsualRidge); }

  const WideKernel& kernel;
  KernelPoints points;
  Tensor labels;
  Tensor own;
};

class KernelRegression : public Objective {
 public:
  explicit KernelRegression(const WideKernel& kernel) : kernel_(kernel) {}

  Tensor loss(const Step& step, const Fetched&, const Sides& sides) const override {
    const Tensor wanted = centred_one_hot(sides.real.labels, step.real.classes());
    return half_squared_error(InducingPoints(kernel_, sides.synthetic).predict(sides.real.pictures), wanted);
  }
  std::map<std::string, double> measures(const Step&, const Synthetic& synthetic, const RealRows& test) const override {
    const InducingPoints set(kernel_, exact(synthetic));
    return {{"krr", share_right_of(test, test.size(), [&](const Tensor& pictures) { return set.predict(pictures.to(at::kDouble)); })}};
  }

 protected:
  /// In float64, for what is done once.
  static Samples exact(const Synthetic& synthetic) {
    const Samples all = synthetic.all();
    return {all.pictures.to(at::kDouble), all.targets.to(at::kDouble), all.classes};
  }

  const WideKernel kernel_;
};

class LabelSolve final : public KernelRegression {
 public:
  using KernelRegression::KernelRegression;

  bool solve(const Step& step, const Synthetic& synthetic) const override {
    const c10::NoGradGuard no_grad;
    const InducingPoints set(kernel_, exact(synthetic));
    LabelSolver solver;
    for (int64_t begin = 0; begin < step.real.size(); begin += kRowsAtOnce) {
      step.context.check_cancelled();
      const RealBatch rows = step.real.batch(numbers_from(begin, std::min(begin + kRowsAtOnce, step.real.size())));
      solver.add(set.cross(rows.pictures.to(at::kDouble)), centred_one_hot(rows.labels, step.real.classes()));
    }
    synthetic.learnt_named("labels").copy_(solver.labels(set.own));
    return true;
  }

 private:
  static std::vector<int64_t> numbers_from(int64_t begin, int64_t end) {
    std::vector<int64_t> numbers(static_cast<size_t>(end - begin));
    std::iota(numbers.begin(), numbers.end(), begin);
    return numbers;
  }
};

WideKernel kernel_of(nn::SpecText& own) {
  return {.net = {.depth = own.number("depth", 1, 1, 20)}, .tangent = own.word("kernel", "ntk", {"ntk", "nngp"}) == "ntk"};
}

Parts make_kip(const Setting& setting, nn::SpecText& own) {
  return {.synthetic = centred_pixels(setting, 1),
          .real = sample_mixed(setting.real, setting.options.real_batch),
          .objective = std::make_unique<KernelRegression>(kernel_of(own))};
}

Parts make_label_solve(const Setting& setting, nn::SpecText& own) {
  if (!setting.soft())
    throw InputError({"", "teach", "label-solve finds labels, so they cannot be hard", "Omit --teach, or take another method"});
  return {.synthetic = centred_pixels(setting, 1), .objective = std::make_unique<LabelSolve>(kernel_of(own))};
}

Usual usual_of_kip(int64_t steps) {
  Usual usual = usual_regression(steps, 0.1, 1000);
  usual.projection = "off";
  return usual;
}

}  // namespace

Method kernel_inducing_points() {
  return {.facts = {"kip", "performance matching, kernel ridge regression", "what an infinitely wide network would predict for real rows",
                    "Nguyen, Chen and Lee, ICLR 2021, arXiv:2011.00050"},
          .usual = [](const DistillOptions& options) { return usual_of_kip(options.per_class > 1 ? 3000 : 1000); },
          .make = make_kip};
}

Method label_solve() {
  return {.facts = {"label-solve", "performance matching, kernel ridge regression",
                    "the labels that predict real rows best, pictures as they are",
                    "Nguyen, Novak, Xiao and Lee, NeurIPS 2021, arXiv:2107.13034"},
          .usual = [](const DistillOptions&) { return usual_of_kip(1000); },
          .make = make_label_solve};
}

}  // namespace decant::distill
